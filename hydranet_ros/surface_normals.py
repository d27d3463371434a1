# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Normals of the surfaces that depth shows, for models that do not predict them.

On a plane the inverse depth is linear in the rays x / z and y / z, and its coefficients are the
normal over the plane's distance: so slopes of inverse depth are fitted, in place of cross products
of points (Fan et al., "Three-Filters-to-Normal", RA-L 2021). The fit in a window is that of least
squares, by filters (Savitzky and Golay, 1964).
"""

from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from hydranet_ros.camera_model import CameraModel

# The normals of a window's halves may differ by about so much (radians). More is an edge: of two
# surfaces, or of what stands before another.
_MOST_TURN = 1.0
# Depth is noisy at the size at which the network decides: windows of two such pixels to each side
# (docs/normals.md has the figures).
_NETWORK_PIXELS = 2

Floats = npt.NDArray[np.float32]
Mask = npt.NDArray[np.uint8]


def window_radius(camera_height: int, input_height: int, stride: int) -> int:
    """Return how many pixels to each side to fit in, for depth of a network's size and stride."""
    return max(1, round(_NETWORK_PIXELS * stride * camera_height / input_height))


class _Filters(NamedTuple):
    """What is fitted along one axis: filters of 2 * radius + 1 taps, float64."""

    mean: np.ndarray
    slope: np.ndarray
    turn: np.ndarray  # the slope of the half after the pixel minus that of the half before

    @classmethod
    def of(cls, radius: int) -> '_Filters':
        at = np.arange(-radius, radius + 1, dtype=np.float64)
        halves = np.abs(at) - radius / 2
        halves[radius] *= 2  # the pixel belongs to both
        turn = halves * 12 / (radius * (radius + 1) * (radius + 2))
        return cls(np.full(at.shape, 1 / at.size), at / (at**2).sum(), turn)


class NormalsFromDepth:
    """Write normals into arrays of the caller's; keeps its memory and the last camera's rays."""

    def __init__(self) -> None:
        self._lens: tuple[CameraModel, int] | None = None
        self._filters = _Filters.of(1)
        self._rays: list[Floats] = []
        self._to_rays: list[list[np.ndarray]] = []
        self._nan: Floats = np.empty((0, 0), np.float32)
        self._buffers: list[Floats] = []
        self._mask: Mask = np.empty((0, 0), np.uint8)

    def write(self, out: Floats, camera: CameraModel, depth: Floats, radius: int = 1) -> Floats:
        """Fill `out`, float32 (H, W, 3), and return it.

        Unit length, x right, y down, z forward, pointing at the camera. depth: float32 (H, W),
        metres along the optical axis. NaN where the window of 2 * radius + 1 pixels holds a depth
        that is NaN or not above 0, or an edge, or leaves the image. ValueError where sizes
        disagree.
        """
        size = (camera.intrinsics.height, camera.intrinsics.width)
        if depth.shape != size or out.shape != (*size, 3):
            raise ValueError(f'camera {size}, depth {depth.shape}, out {out.shape}')
        self._follow(camera, radius)
        inverse, x, y, z, length, *_ = self._buffers
        cv2.divide(1.0, depth, dst=inverse)
        np.less_equal(depth, 0.0, out=self._mask.view(np.bool_))
        self._drop(inverse, self._mask)
        self._fit_planes(inverse, x, y, z)
        cv2.magnitude(cv2.magnitude(x, y, length), z, length)
        self._find_edges(inverse, camera, length)
        cv2.divide(-1.0, length, dst=length)
        self._drop(length, self._mask)
        for axis in (x, y, z):
            cv2.multiply(axis, length, dst=axis)
        cv2.merge((x, y, z), out)
        return out

    def _fit_planes(self, inverse: Floats, x: Floats, y: Floats, z: Floats) -> None:
        """Fit inverse = x * ray_x + y * ray_y + z around each pixel."""
        mean, slope, _ = self._filters
        across, down, product = self._buffers[5:]
        _filter(inverse, slope, mean, across)
        _filter(inverse, mean, slope, down)
        _filter(inverse, mean, mean, z)
        for axis, ray, (by_across, by_down) in zip((x, y), self._rays, self._to_rays, strict=True):
            cv2.multiply(across, by_across, dst=axis)
            cv2.add(axis, cv2.multiply(down, by_down, dst=product), dst=axis)
            cv2.subtract(z, cv2.multiply(axis, ray, dst=product), dst=z)

    def _find_edges(self, inverse: Floats, camera: CameraModel, length: Floats) -> None:
        """Mask where the normal turns by more than _MOST_TURN; length: of what was fitted."""
        mean, _, turn = self._filters
        across, down, _ = self._buffers[5:]
        _filter(inverse, turn * camera.intrinsics.fx / _MOST_TURN, mean, across)
        _filter(inverse, mean, turn * camera.intrinsics.fy / _MOST_TURN, down)
        cv2.magnitude(across, down, across)
        cv2.compare(across, length, cv2.CMP_GT, self._mask)

    def _drop(self, values: Floats, where: Mask) -> None:
        cv2.copyTo(self._nan, where, values)

    def _follow(self, camera: CameraModel, radius: int) -> None:
        if (camera, radius) == self._lens:
            return
        self._filters = _Filters.of(radius)
        mean, slope, _ = self._filters
        rays = camera.rays()
        self._rays = [_filtered(ray, mean, mean) for ray in rays]
        (x_across, x_down), (y_across, y_down) = (
            (_filtered(ray, slope, mean), _filtered(ray, mean, slope)) for ray in rays
        )
        area = x_across * y_down - x_down * y_across
        inside = np.zeros(area.shape, bool)
        inside[radius:-radius, radius:-radius] = True
        area[~inside] = np.nan
        self._to_rays = [[y_down / area, -y_across / area], [-x_down / area, x_across / area]]
        if self._nan.shape != area.shape:
            self._nan = np.full_like(area, np.nan)
            self._mask = np.empty(area.shape, np.uint8)
            self._buffers = [np.empty_like(area) for _ in range(8)]
        self._lens = (camera, radius)


def _filter(values: Floats, across: np.ndarray, down: np.ndarray, out: Floats) -> None:
    cv2.sepFilter2D(values, cv2.CV_32F, across, down, dst=out)


def _filtered(values: Floats, across: np.ndarray, down: np.ndarray) -> Floats:
    out = np.empty_like(values)
    _filter(values, across, down, out)
    return out
