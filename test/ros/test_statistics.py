# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Percentiles and rates, against NumPy over the same numbers."""

import numpy as np
import pytest

from hydranet_ros.ros.statistics import PERCENTILES
from hydranet_ros.ros.statistics import Rate
from hydranet_ros.ros.statistics import Stage
from hydranet_ros.ros.statistics import StageTimes
from hydranet_ros.ros.statistics import WINDOW


@pytest.mark.parametrize('frames', [1, 10, WINDOW, WINDOW + 137])
def test_percentiles_are_of_the_last_frames(frames):
    rows = np.random.default_rng(1).random((frames, len(Stage)))
    times = StageTimes()
    for row in rows:
        times.record(row)
    found = times.percentiles()
    assert list(found) == list(Stage)
    for stage in Stage:
        expected = np.percentile(rows[-WINDOW:, stage], PERCENTILES)
        np.testing.assert_allclose(found[stage], expected, rtol=1e-12)


def test_row_may_be_used_again():
    times, row = StageTimes(), np.ones(len(Stage))
    times.record(row)
    row[:] = 7
    assert times.percentiles()[Stage.DECODE] == (1.0, 1.0, 1.0)


def test_clear_forgets():
    times = StageTimes()
    times.record(np.ones(len(Stage)))
    times.clear()
    assert times.percentiles() == {}


def test_rate_is_of_the_time_since_the_last_look():
    rate = Rate()
    assert rate.update(5, now=100.0) == 0
    assert rate.update(25, now=102.0) == 10
    assert rate.update(25, now=103.0) == 0
    assert rate.update(25, now=103.0) == 0
