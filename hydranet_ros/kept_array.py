# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Memory for intermediate results, kept from frame to frame for each size of a frame."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

# More sizes than cameras of one node have; a camera that changes its size all the time keeps no
# more memory.
SHAPES_KEPT = 16


def kept_array(dtype: npt.DTypeLike) -> Callable[[tuple[int, ...]], npt.NDArray[Any]]:
    """Return a function that gives an array of a shape, the same one each time.

    The array holds what was last written into it; the shapes asked for longest ago go. For one
    thread at a time.
    """
    return lru_cache(SHAPES_KEPT)(lambda shape: np.empty(shape, dtype))
