# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Depth errors by their formulas, and against TorchMetrics where it has them."""

from dataclasses import astuple

import numpy as np
import pytest

from hydranet_ros import HydranetError
from hydranet_ros.evaluation.depth_errors import DepthErrors


def truth(seed: int = 0) -> np.ndarray:
    random = np.random.default_rng(seed)
    depth = random.uniform(1.0, 90.0, (60, 80)).astype(np.float32)
    depth[random.random(depth.shape) < 0.5] = np.nan
    return depth


def prediction(true: np.ndarray, seed: int = 1) -> np.ndarray:
    random = np.random.default_rng(seed)
    guess = np.nan_to_num(true, nan=5.0) * np.exp(random.normal(0, 0.3, true.shape))
    return guess.astype(np.float32)


def formulas(predicted: np.ndarray, true: np.ndarray) -> tuple[float, ...]:
    p, t = predicted.astype(float), true.astype(float)
    ratio = np.maximum(p / t, t / p)
    return (
        np.sqrt(np.mean((p - t) ** 2)),
        np.sqrt(np.mean((np.log(p) - np.log(t)) ** 2)),
        np.mean(np.abs(p - t) / t),
        *(100 * np.mean(ratio < 1.25**power) for power in (1, 2, 3)),
    )


def test_errors_are_the_formulas() -> None:
    true = truth()
    predicted = prediction(true)
    errors = DepthErrors(0.0, 80.0)
    errors.update(predicted, true)
    within = true <= 80
    result = errors.result()
    clipped = np.clip(predicted[within], 1e-3, 80)
    assert astuple(result.errors) == pytest.approx(formulas(clipped, true[within]))
    assert (result.pixels, result.coverage) == (np.count_nonzero(within), 100.0)
    assert result.outside == np.count_nonzero(true > 80) > 0
    assert result.median == pytest.approx(np.median(true[within]), rel=2e-3)


def test_agrees_with_torchmetrics() -> None:
    regression = pytest.importorskip('torchmetrics.regression')
    import torch

    true = truth()
    predicted = prediction(true)
    errors = DepthErrors()
    errors.update(predicted, true)
    known = np.isfinite(true)
    pair = torch.from_numpy(predicted[known]), torch.from_numpy(true[known])
    found = errors.result().errors
    assert found.rmse == pytest.approx(float(regression.MeanSquaredError(squared=False)(*pair)))
    relative = regression.MeanAbsolutePercentageError()(*pair)
    assert found.abs_rel == pytest.approx(float(relative))
    logs = regression.MeanSquaredError(squared=False)(*(one.log() for one in pair))
    assert found.rmse_log == pytest.approx(float(logs))


def test_nan_is_in_the_coverage_and_in_no_error() -> None:
    true = np.full((4, 5), 10.0, np.float32)
    predicted = np.full((4, 5), 12.0, np.float32)
    predicted[0, :2] = np.nan
    errors = DepthErrors()
    errors.update(predicted, true)
    result = errors.result()
    assert (result.pixels, result.coverage) == (20, 90.0)
    assert result.errors.rmse == pytest.approx(2.0)


def test_predictions_are_clipped_to_the_range() -> None:
    true = np.array([[5.0, 70.0, 3.0]], np.float32)
    errors = DepthErrors(2.0, 80.0)
    given = np.array([[True, False, False]])
    errors.update(np.array([[5.0, 120.0, 0.0]], np.float32), true, given)
    expected = formulas(np.array([[5.0, 80.0, 2.0]]), true)
    result = errors.result()
    assert astuple(result.errors) == pytest.approx(expected)
    assert result.coverage == pytest.approx(100 / 3)
    infinite = DepthErrors(0.0, 80.0)
    infinite.update(np.full((1, 3), np.inf, np.float32), true)
    assert infinite.result().errors.abs_rel == pytest.approx(np.mean((80 - true) / true))


def test_the_baseline_is_one_depth_everywhere() -> None:
    true = truth()
    errors = DepthErrors()
    errors.update(prediction(true), true)
    constant = DepthErrors()
    constant.update(np.full_like(true, 23.0), true)
    expected, found = constant.result().errors, errors.baseline(23.0)
    assert astuple(found)[:3] == pytest.approx(astuple(expected)[:3], rel=1e-3)
    assert astuple(found)[3:] == pytest.approx(astuple(expected)[3:], abs=0.2)


def test_parts_and_their_states_add_up() -> None:
    whole, one, other = DepthErrors(), DepthErrors(), DepthErrors()
    for seed, part in ((0, one), (5, other)):
        for errors in (whole, part):
            errors.update(prediction(truth(seed)), truth(seed))
    total = DepthErrors()
    total.state = one.state + other.state
    one.merge(other)
    np.testing.assert_array_equal(one.state, total.state)
    np.testing.assert_allclose(total.state, whole.state)


def test_nothing_gives_nothing() -> None:
    errors = DepthErrors()
    errors.update(np.ones((2, 2), np.float32), np.full((2, 2), np.nan, np.float32))
    result = errors.result()
    assert (result.coverage, result.median, result.errors.rmse) == (None, None, None)
    assert errors.baseline(3.0).abs_rel is None


def test_two_sizes_are_said() -> None:
    with pytest.raises(HydranetError, match='two sizes'):
        DepthErrors().update(np.ones((2, 2), np.float32), np.ones((2, 3), np.float32))
