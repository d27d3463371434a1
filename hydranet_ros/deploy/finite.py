# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Whether a network computed numbers: NaN and infinity mean that its outputs say nothing.

They come of float16 that overflows, of damaged weights, of a faulty engine.
"""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

# One value of so many, across and down: what spoils a network spoils whole regions of its outputs.
_STEP = 4


def is_finite(maps: Iterable[npt.NDArray[np.float32]]) -> bool:
    """Tell whether a sample of these maps, float32 [..., H, W], holds numbers alone."""
    return all(bool(np.isfinite(one[..., ::_STEP, ::_STEP]).all()) for one in maps)
