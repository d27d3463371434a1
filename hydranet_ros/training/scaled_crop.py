# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""A window of an image brought to the size of the crop, and the same for its annotations.

Only the window is resized, never the whole image.
"""

from __future__ import annotations

from dataclasses import dataclass
import math
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from hydranet_ros.training.datasets.sample import IGNORE

MEAN_COLOUR = (124, 116, 104)


@dataclass(frozen=True)
class Span:
    """Along one axis: pixels `start:stop` of the source fill `size` of the crop, from `offset`."""

    start: int
    stop: int
    offset: int
    size: int

    @classmethod
    def draw(cls, length: int, crop: int, scale: float, rng: np.random.Generator) -> Span:
        """Place the crop on an axis of `length` pixels scaled by `scale`, or the axis in it."""
        window = max(1, round(crop / scale))
        if window <= length:
            start = int(rng.integers(length - window + 1))
            return cls(start, start + window, 0, crop)
        size = min(crop, max(1, round(length * scale)))
        return cls(0, length, int(rng.integers(crop - size + 1)), size)

    @property
    def source(self) -> slice:
        return slice(self.start, self.stop)

    @property
    def scale(self) -> float:
        return self.size / (self.stop - self.start)


@dataclass(frozen=True)
class ScaledCrop:
    """A crop of `height` x `width` pixels out of a scaled image, padded where that is smaller.

    The scale is rounded so that the window is whole pixels, by less than 1 / window.
    """

    height: int
    width: int
    rows: Span
    columns: Span

    @classmethod
    def draw(
        cls,
        source: tuple[int, ...],
        crop: tuple[int, int],
        scale: float,
        rng: np.random.Generator,
    ) -> ScaledCrop:
        """Place a crop (height, width) anywhere in a source (height, width) times `scale`."""
        rows = Span.draw(source[0], crop[0], scale, rng)
        return cls(*crop, rows, Span.draw(source[1], crop[1], scale, rng))

    @property
    def scale(self) -> float:
        """The scale of the pixels in the crop to those of the source, after rounding."""
        return math.sqrt(self.rows.scale * self.columns.scale)

    def rgb(self, rgb: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
        """Return the visible part, uint8 (h, w, 3), not yet padded: colours change before that."""
        return self._resize(rgb, self._smooth)

    def labels(self, labels: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
        """Return the labels at the crop's size, 255 in the padding."""
        return self.pad(self._resize(labels, cv2.INTER_NEAREST_EXACT), (IGNORE,))

    def depth(self, depth: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Return the same distances at the crop's size, NaN in the padding.

        A dense map is sampled at the nearest pixel; the points of a sparse one are moved.
        """
        window = depth[self.rows.source, self.columns.source]
        if self.rows.size == window.shape[0] and self.columns.size == window.shape[1]:
            scaled = window
        elif is_sparse(window):
            scaled = move_points(window, self.rows.size, self.columns.size)
        else:
            scaled = self._resize(depth, cv2.INTER_NEAREST_EXACT)
        return self.pad(scaled, (np.nan,))

    def normals(self, normals: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Return interpolated normals of length 1 at the crop's size, NaN where one is missing."""
        scaled = self._resize(normals, self._smooth)
        length = np.sqrt(np.einsum('hwc,hwc->hw', scaled, scaled))
        with np.errstate(divide='ignore', invalid='ignore'):
            return self.pad(scaled / length[..., None], (np.nan,) * 3)

    def pad(self, visible: npt.NDArray[Any], colour: tuple[float, ...]) -> npt.NDArray[Any]:
        """Return an array of the crop's size with the visible part in its place."""
        if visible.shape[:2] == (self.height, self.width):
            return visible
        rows, columns = self.rows, self.columns
        below = self.height - rows.offset - rows.size
        right = self.width - columns.offset - columns.size
        border = (rows.offset, below, columns.offset, right)
        return cv2.copyMakeBorder(visible, *border, cv2.BORDER_CONSTANT, value=colour)

    @property
    def _smooth(self) -> int:
        return cv2.INTER_AREA if self.scale < 1 else cv2.INTER_LINEAR

    def _resize(self, image: npt.NDArray[Any], interpolation: int) -> npt.NDArray[Any]:
        window = image[self.rows.source, self.columns.source]
        size = (self.columns.size, self.rows.size)
        return cv2.resize(window, size, interpolation=interpolation)


def is_sparse(depth: npt.NDArray[np.float32]) -> bool:
    """Tell the points of a laser scanner from a map with holes: most points lack a neighbour."""
    measured = ~np.isnan(depth)
    pairs = np.count_nonzero(measured[:, 1:] & measured[:, :-1])
    return bool(2 * pairs < np.count_nonzero(measured))


def move_points(
    depth: npt.NDArray[np.float32], height: int, width: int
) -> npt.NDArray[np.float32]:
    """Return a map (height, width) with the points of another; the nearest of a pixel's wins."""
    points = np.flatnonzero(depth == depth)
    rows, columns = np.divmod(points, depth.shape[1])
    rows = (2 * rows + 1) * height // (2 * depth.shape[0])
    columns = (2 * columns + 1) * width // (2 * depth.shape[1])
    moved = np.full(height * width, np.nan, np.float32)
    np.fmin.at(moved, rows * width + columns, depth[depth == depth])
    return moved.reshape(height, width)
