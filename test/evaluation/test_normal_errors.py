# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Angles between normals, made with known turns."""

import numpy as np
import pytest

from hydranet_ros import HydranetError
from hydranet_ros.evaluation.normal_errors import NormalErrors


def turned(angles: np.ndarray) -> np.ndarray:
    """Give normals that are turned away from straight ahead by degrees."""
    radians = np.radians(angles)
    zeros = np.zeros_like(radians)
    return np.stack([np.sin(radians), zeros, np.cos(radians)], axis=-1).astype(np.float32)


def test_the_angles_are_those_of_the_turns() -> None:
    angles = np.array([[0.0, 10.0, 20.0, 25.0], [40.0, 90.0, 180.0, 0.001]])
    errors = NormalErrors()
    errors.update(3.0 * turned(angles), turned(np.zeros_like(angles)))
    result = errors.result()
    assert result.mean == pytest.approx(angles.mean(), abs=1e-4)
    assert result.median == pytest.approx(20.0, abs=0.02)
    within = (result.within_11_25, result.within_22_5, result.within_30)
    assert within == (37.5, 50.0, 62.5)
    assert (result.pixels, result.coverage) == (8, 100.0)


def test_the_median_of_many_is_that_of_numpy() -> None:
    angles = np.random.default_rng(0).gamma(2.0, 10.0, (50, 60)).clip(0, 179)
    errors = NormalErrors()
    errors.update(turned(angles), turned(np.zeros_like(angles)))
    assert errors.result().median == pytest.approx(np.median(angles), abs=0.02)


def test_what_has_no_normal_is_left_out_and_told() -> None:
    true, predicted = turned(np.zeros((2, 4))), turned(np.full((2, 4), 5.0))
    true[0, 0] = np.nan
    true[0, 1] = 0.0
    predicted[1, 0] = np.nan
    predicted[1, 1] = 0.0
    predicted[1, 2] = 0.0
    errors = NormalErrors()
    errors.update(predicted, true)
    result = errors.result()
    assert (result.pixels, result.coverage) == (6, 50.0)
    assert result.mean == pytest.approx(5.0, abs=1e-4)


def test_parts_and_their_states_add_up() -> None:
    whole, one, other = NormalErrors(), NormalErrors(), NormalErrors()
    for degrees, part in ((5.0, one), (50.0, other)):
        for errors in (whole, part):
            errors.update(turned(np.full((3, 3), degrees)), turned(np.zeros((3, 3))))
    one.merge(other)
    np.testing.assert_allclose(one.state, whole.state)
    assert one.result().mean == pytest.approx(27.5, abs=1e-4)


def test_nothing_gives_nothing_and_two_sizes_are_said() -> None:
    errors = NormalErrors()
    result = errors.result()
    assert (result.mean, result.median, result.within_30, result.coverage) == (None,) * 4
    with pytest.raises(HydranetError, match='two sizes'):
        errors.update(turned(np.zeros((2, 2))), turned(np.zeros((2, 3))))
