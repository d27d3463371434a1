# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""A picture with its classes, and the smaller copies that distance needs."""

import math

import cv2
import numpy as np

TRANSPARENT = 255


class Texture:
    """Hold a picture of width_m x height_m metres, its classes, and halved copies of both.

    rgb: uint8 (H, W, 3). classes: uint8 (H, W), TRANSPARENT = nothing there.
    """

    def __init__(
        self, rgb: np.ndarray, classes: np.ndarray, width_m: float, height_m: float
    ) -> None:
        self.width_m, self.height_m = width_m, height_m
        self.shape = classes.shape
        first = int(classes.flat[0])
        self.label = first if first != TRANSPARENT and (classes == first).all() else None
        self._levels = {(0, 0): (rgb, classes)}

    def level(
        self, rows_per_pixel: float, columns_per_pixel: float
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return colour and classes in the copy whose texels are about as large as a pixel."""
        down, across = _halvings(rows_per_pixel), _halvings(columns_per_pixel)
        found = self._levels.get((down, across))
        if found is None:
            rgb, classes = self._levels[0, 0]
            size = (max(self.shape[1] >> across, 1), max(self.shape[0] >> down, 1))
            found = (
                cv2.resize(rgb, size, interpolation=cv2.INTER_AREA),
                cv2.resize(classes, size, interpolation=cv2.INTER_NEAREST),
            )
            self._levels[down, across] = found
        return found


def _halvings(texels_per_pixel: float) -> int:
    return min(max(round(math.log2(max(texels_per_pixel, 1e-3))), 0), 6)
