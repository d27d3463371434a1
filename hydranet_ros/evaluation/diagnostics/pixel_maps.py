# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""What the diagnostics know of each pixel of one image."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class PixelMaps:
    """Hold what is known of each pixel, all (H, W).

    predicted, truth: uint8 class ids, 255 = none. bins: the distance bin, of `bin_count`.
    entropy, probability: float32.
    """

    predicted: npt.NDArray[np.uint8]
    truth: npt.NDArray[np.uint8]
    bins: npt.NDArray[np.intp]
    bin_count: int
    entropy: npt.NDArray[np.float32]
    probability: npt.NDArray[np.float32]
