# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""How far depths are from the true ones, pooled over the pixels of all images."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hydranet_ros.errors import HydranetError
from hydranet_ros.evaluation.fixed_histogram import quantile_of_counts

# The true depths are kept as a histogram of 0.1 % wide bins, from 1 mm to 1 km.
_BINS, _NEAREST, _FARTHEST = 13_816, 1e-3, 1e3
_EDGES = np.geomspace(_NEAREST, _FARTHEST, _BINS + 1)
_CENTRES = np.sqrt(_EDGES[:-1] * _EDGES[1:])
_PER_LOG = _BINS / np.log(_FARTHEST / _NEAREST)
# Ahead of it in the state: pixels whose true depth is outside the range, those where it is inside,
# those of them that the model gives a depth, and, over those with a number, what `_sums` gives.
_OUTSIDE, _VALID, _GIVEN, _SUMS, _HEAD = 0, 1, 2, 3, 10


@dataclass(frozen=True)
class DepthFigures:
    """Errors over all pixels with a predicted depth; None where there are none.

    rmse: metres. rmse_log: of natural logarithms. abs_rel: over the true depth. delta1 to delta3:
    percent of pixels whose larger ratio to the truth is below 1.25, its square, its cube.
    """

    rmse: float | None
    rmse_log: float | None
    abs_rel: float | None
    delta1: float | None
    delta2: float | None
    delta3: float | None


@dataclass(frozen=True)
class DepthResult:
    """Errors, and what they are over.

    pixels: those whose true depth is within the range; outside: those where it is not. coverage:
    percent of `pixels` that the model gives a depth, which it does within what it has learned; the
    others are in the errors too, as far as they have a number. median: of the true depths, metres.
    """

    errors: DepthFigures
    coverage: float | None
    pixels: int
    outside: int
    median: float | None


class DepthErrors:
    """Sum up errors of depths in metres, NaN = none.

    Pixels whose true depth is outside `min_m` to `max_m` are left out, predictions are clipped to
    it (Eigen et al., NIPS 2014, and who compares with them). `state` is float64 (n,); states of
    several machines add up.
    """

    def __init__(self, min_m: float = 0.0, max_m: float = float('inf')) -> None:
        self.min_m, self.max_m = min_m, max_m
        self.state: npt.NDArray[np.float64] = np.zeros(_HEAD + _BINS)

    def update(
        self,
        prediction: npt.NDArray[np.float32],
        truth: npt.NDArray[np.float32],
        given: npt.NDArray[np.bool_] | None = None,
    ) -> None:
        """Add an image's depths, float (H, W) metres along the optical axis.

        given: bool (H, W), where the model gives its prediction to others; None: everywhere.
        """
        if prediction.shape != truth.shape:
            raise HydranetError(
                f'The depths are of two sizes: predicted {prediction.shape}, true {truth.shape}.'
            )
        known = _is_depth(truth)
        true, predicted = truth[known].astype(np.float64), prediction[known].astype(np.float64)
        inside = (true >= self.min_m) & (true <= self.max_m)
        true, predicted = true[inside], predicted[inside]
        predicted = np.clip(predicted, max(self.min_m, _NEAREST), self.max_m)
        there = np.isfinite(predicted)
        self.state[_OUTSIDE] += len(inside) - len(true)
        self.state[_VALID] += len(true)
        self.state[_GIVEN] += np.count_nonzero(
            there if given is None else there & given[known][inside]
        )
        self.state[_HEAD:] += _count(true)
        true, predicted = true[there], predicted[there]
        self.state[_SUMS:_HEAD] += _sums(predicted, true, np.ones(len(true)))

    def merge(self, other: DepthErrors) -> None:
        """Add what another one of the same range has summed up."""
        self.state += other.state

    def result(self) -> DepthResult:
        """Give the errors of all that was added."""
        outside, valid, given = (float(one) for one in self.state[:_SUMS])
        return DepthResult(
            errors=_figures(self.state[_SUMS:_HEAD]),
            coverage=100.0 * given / valid if valid else None,
            pixels=int(valid),
            outside=int(outside),
            median=quantile_of_counts(self.state[_HEAD:], _EDGES, 0.5),
        )

    def baseline(self, metres: float) -> DepthFigures:
        """Give the errors of predicting one depth for every pixel, exact to about 0.1 %."""
        return _figures(_sums(np.full(_BINS, metres), _CENTRES, self.state[_HEAD:]))


def _is_depth(depth: npt.NDArray[np.floating]) -> npt.NDArray[np.bool_]:
    return (depth > 0) & np.isfinite(depth)


def _count(true: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    index = ((np.log(true) - np.log(_NEAREST)) * _PER_LOG).astype(np.intp)
    return np.bincount(np.clip(index, 0, _BINS - 1), minlength=_BINS)


def _sums(
    predicted: npt.NDArray[np.float64],
    true: npt.NDArray[np.float64],
    counts: npt.NDArray[np.float64],
) -> npt.NDArray[np.float64]:
    """Sum what `_figures` divides; each pixel counts `counts` times."""
    error = np.abs(predicted - true)
    logs = np.abs(np.log(predicted / true))
    sums = [counts, error**2 * counts, logs**2 * counts, error / true * counts]
    sums += [(logs < power * np.log(1.25)) * counts for power in (1, 2, 3)]
    return np.array([one.sum() for one in sums])


def _figures(sums: npt.NDArray[np.float64]) -> DepthFigures:
    if not sums[0]:
        return DepthFigures(None, None, None, None, None, None)
    squared, logs, relative, *within = (float(one) for one in sums[1:] / sums[0])
    return DepthFigures(squared**0.5, logs**0.5, relative, *(100.0 * one for one in within))
