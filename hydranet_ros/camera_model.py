# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The camera's lens: from a pixel to the ray that it sees along."""

from dataclasses import dataclass
from enum import Enum
import math

import cv2
import numpy as np
import numpy.typing as npt

from hydranet_ros.errors import HydranetError
from hydranet_ros.sources.frame import Intrinsics

_ITERATIONS = (cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS, 50, 1e-7)
_LARGEST_MISS = 0.5  # pixels between a pixel and where the ray found for it goes


class Distortion(str, Enum):
    """Lens models, as sensor_msgs/distortion_models.hpp names them."""

    PLUMB_BOB = 'plumb_bob'
    RATIONAL_POLYNOMIAL = 'rational_polynomial'
    EQUIDISTANT = 'equidistant'


_COEFFICIENTS = {
    Distortion.PLUMB_BOB: (4, 5),
    Distortion.RATIONAL_POLYNOMIAL: (8, 12, 14),
    Distortion.EQUIDISTANT: (4,),
}


@dataclass(frozen=True)
class CameraModel:
    """A calibrated camera; without coefficients its images are those of a pinhole.

    EQUIDISTANT with coefficients of 0 is r = f * theta, no pinhole (Kannala and Brandt, 2006).
    HydranetError where a number cannot be, or the model has not that many coefficients.
    """

    intrinsics: Intrinsics
    distortion: Distortion = Distortion.PLUMB_BOB
    coefficients: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        one = self.intrinsics
        numbers = (one.fx, one.fy, one.cx, one.cy, *self.coefficients)
        if not all(map(math.isfinite, numbers)) or min(one.fx, one.fy) <= 0:
            raise HydranetError(
                f'fx {one.fx:g}, fy {one.fy:g}, cx {one.cx:g}, cy {one.cy:g}, distortion '
                f'{list(self.coefficients)} are no calibration. Calibrate the camera, for example '
                'with camera_calibration.'
            )
        fitting = _COEFFICIENTS[self.distortion]
        if self.coefficients and len(self.coefficients) not in fitting:
            raise HydranetError(
                f'the distortion model {self.distortion.value} has '
                f'{" or ".join(map(str, fitting))} coefficients, not {len(self.coefficients)}.'
            )

    def rays(self, stride: int = 1) -> npt.NDArray[np.float32]:
        """Return x / z and y / z of what each stride-th pixel of each stride-th row sees.

        float32 (2, h, w); NaN for pixels that the lens model gives no ray, as happens in the
        corners of wide lenses.
        """
        camera = self.intrinsics
        u = np.arange(0, camera.width, stride, dtype=np.float64)
        v = np.arange(0, camera.height, stride, dtype=np.float64)
        if self._is_pinhole:
            pinhole = np.empty((2, len(v), len(u)), np.float32)
            with np.errstate(over='ignore'):  # a focal length of 1e-300 is one
                pinhole[0] = (u - camera.cx) / camera.fx
                pinhole[1] = ((v - camera.cy) / camera.fy)[:, None]
            pinhole[np.isinf(pinhole)] = np.nan
            return pinhole
        pixels = np.stack(np.meshgrid(u, v), axis=-1).reshape(-1, 1, 2)
        rays = self._undistorted(pixels)
        with np.errstate(invalid='ignore', over='ignore'):
            miss = np.abs(self._distorted(rays) - pixels).max(axis=(1, 2))
            rays[~(miss <= _LARGEST_MISS)] = np.nan
        return np.ascontiguousarray(rays.reshape(len(v), len(u), 2).transpose(2, 0, 1), np.float32)

    @property
    def _is_pinhole(self) -> bool:
        if self.distortion is Distortion.EQUIDISTANT:
            return not self.coefficients
        return not any(self.coefficients)

    def _undistorted(self, pixels: np.ndarray) -> np.ndarray:
        k, d = self.intrinsics.matrix(), np.array(self.coefficients)
        if self.distortion is Distortion.EQUIDISTANT:
            return cv2.fisheye.undistortPoints(pixels, k, d)
        return cv2.undistortPointsIter(pixels, k, d, np.eye(3), np.eye(3), _ITERATIONS)

    def _distorted(self, rays: np.ndarray) -> np.ndarray:
        k, d, still = self.intrinsics.matrix(), np.array(self.coefficients), np.zeros(3)
        points = cv2.convertPointsToHomogeneous(rays)
        if self.distortion is Distortion.EQUIDISTANT:
            return cv2.fisheye.projectPoints(points, still, still, k, d)[0]
        return cv2.projectPoints(points, still, still, k, d)[0]
