# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Medians of values that are too many to keep."""

import numpy as np
import numpy.typing as npt


def quantile_of_counts(
    counts: npt.NDArray[np.float64], edges: npt.NDArray[np.float64], quantile: float
) -> float | None:
    """Find a quantile of binned values, evenly spread within their bin; None without values.

    counts: (n,). edges: (n + 1,), ascending.
    """
    total = float(counts.sum())
    if total == 0:
        return None
    below = np.cumsum(counts)
    index = int(np.searchsorted(below, quantile * total))
    share = (quantile * total - (below[index] - counts[index])) / counts[index]
    return float(edges[index] + share * (edges[index + 1] - edges[index]))
