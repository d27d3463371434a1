# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The figures of a box plot."""

from hypothesis import given
from hypothesis import strategies as st
import numpy as np
import pytest

from hydranet_ros.evaluation.diagnostics.box import Box

from .untimed import untimed


def test_by_hand() -> None:
    box = Box.of(np.array([9.0, 1, 2, 3, 4, 30]))
    assert (box.points, box.median, box.outliers) == (6, 3.5, 1)
    assert (box.lower_quartile, box.upper_quartile) == (2.25, 7.75)
    assert (box.low, box.high) == (1, 9)


def test_no_points() -> None:
    assert Box.of(np.zeros(0)) == Box(0)
    assert Box(0).median is None


@untimed
@given(st.lists(st.floats(0, 1), min_size=1, max_size=40))
def test_whiskers_and_outliers(values: list[float]) -> None:
    box = Box.of(np.array(values))
    ordered = sorted(values)
    middle = len(ordered) // 2
    even = (ordered[middle - 1] + ordered[middle]) / 2
    assert box.median == pytest.approx(ordered[middle] if len(ordered) % 2 else even)
    assert box.lower_quartile is not None
    assert box.upper_quartile is not None
    reach = 1.5 * (box.upper_quartile - box.lower_quartile)
    inside = [v for v in values if box.lower_quartile - reach <= v <= box.upper_quartile + reach]
    assert (box.low, box.high) == (min(inside), max(inside))
    assert box.outliers == len(values) - len(inside)
