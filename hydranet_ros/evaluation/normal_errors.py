# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Angles between surface normals and the true ones, pooled over the pixels of all images."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hydranet_ros.errors import HydranetError
from hydranet_ros.evaluation.fixed_histogram import quantile_of_counts

_BINS = 18_000  # of 0.01 degrees
_EDGES = np.linspace(0.0, 180.0, _BINS + 1)
_THRESHOLDS = (11.25, 22.5, 30.0)
_SUMS = 2 + len(_THRESHOLDS)  # valid, sum of angles, below each threshold


@dataclass(frozen=True)
class NormalsResult:
    """Angles in degrees over the covered pixels; None where there are none.

    median: exact to 0.01 degrees. within: percent of pixels with an angle below 11.25, 22.5 and
    30. pixels: those that have a true normal. coverage: percent of these with a predicted one.
    """

    mean: float | None
    median: float | None
    within_11_25: float | None
    within_22_5: float | None
    within_30: float | None
    coverage: float | None
    pixels: int


class NormalErrors:
    """Sum up angles. `state` is float64 (n,); states of several machines add up."""

    def __init__(self) -> None:
        self.state: npt.NDArray[np.float64] = np.zeros(_SUMS + _BINS)

    def update(self, prediction: npt.NDArray[np.float32], truth: npt.NDArray[np.float32]) -> None:
        """Add an image's normals, float (H, W, 3) of any length, NaN or zero = none."""
        if prediction.shape != truth.shape:
            raise HydranetError(
                f'The normals are of two sizes: predicted {prediction.shape}, true {truth.shape}.'
            )
        lengths = _lengths(truth)
        valid = np.isfinite(lengths) & (lengths > 0)
        true, predicted = truth[valid].astype(np.float64), prediction[valid].astype(np.float64)
        lengths = _lengths(predicted)
        covered = np.isfinite(lengths) & (lengths > 0)
        angles = _angles(predicted[covered], true[covered])
        self.state[0] += len(covered)
        self.state[1] += angles.sum()
        self.state[2:_SUMS] += [np.count_nonzero(angles < one) for one in _THRESHOLDS]
        bins = np.minimum((angles * (_BINS / 180.0)).astype(np.intp), _BINS - 1)
        self.state[_SUMS:] += np.bincount(bins, minlength=_BINS)

    def merge(self, other: NormalErrors) -> None:
        """Add what another one has summed up."""
        self.state += other.state

    def result(self) -> NormalsResult:
        """Give the figures of all that was added."""
        valid, counts = self.state[0], self.state[_SUMS:]
        covered = float(counts.sum())
        mean, *within = (float(one) / covered if covered else None for one in self.state[1:_SUMS])
        near, medium, far = (None if one is None else 100.0 * one for one in within)
        return NormalsResult(
            mean=mean,
            median=quantile_of_counts(counts, _EDGES, 0.5),
            within_11_25=near,
            within_22_5=medium,
            within_30=far,
            coverage=100.0 * covered / float(valid) if valid else None,
            pixels=int(valid),
        )


def _angles(one: npt.NDArray[np.float64], other: npt.NDArray[np.float64]) -> npt.NDArray:
    """Return the angles between rows of (n, 3) in degrees; exact for small ones too (Kahan)."""
    one, other = one / _lengths(one)[:, None], other / _lengths(other)[:, None]
    return np.degrees(2.0 * np.arctan2(_lengths(one - other), _lengths(one + other)))


def _lengths(vectors: npt.NDArray[np.floating]) -> npt.NDArray[np.floating]:
    return np.sqrt(np.einsum('...i,...i->...', vectors, vectors))
