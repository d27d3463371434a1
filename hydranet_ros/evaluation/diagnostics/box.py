# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The figures of a box plot."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

_WHISKER = 1.5  # interquartile ranges: Tukey 1977


@dataclass(frozen=True)
class Box:
    """Median, quartiles, whiskers and the number of points beyond; all None without points.

    low, high: the outermost points within 1.5 interquartile ranges of the quartiles.
    """

    points: int
    median: float | None = None
    lower_quartile: float | None = None
    upper_quartile: float | None = None
    low: float | None = None
    high: float | None = None
    outliers: int = 0

    @classmethod
    def of(cls, values: npt.NDArray[np.float64]) -> Box:
        """Sum up values, (n,)."""
        if not len(values):
            return cls(0)
        lower, median, upper = (float(one) for one in np.percentile(values, [25, 50, 75]))
        reach = _WHISKER * (upper - lower)
        within = values[(values >= lower - reach) & (values <= upper + reach)]
        return cls(
            points=len(values),
            median=median,
            lower_quartile=lower,
            upper_quartile=upper,
            low=float(within.min()),
            high=float(within.max()),
            outliers=len(values) - len(within),
        )
