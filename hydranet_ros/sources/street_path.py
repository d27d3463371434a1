# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The street's centre line and the camera's way along it.

The world is an optical frame at the start of the street: x right, y down, z along the street, the
ground at y = 0. A place on the street is (s, l): s metres along z, l metres right of the centre.
"""

from dataclasses import dataclass
import math

import numpy as np

CAMERA_HEIGHT_M = 1.5
CAMERA_SPEED_MPS = 8.0
LANE_CENTRE_M = 1.75
_LOOK_AHEAD_M = 9.0


@dataclass(frozen=True)
class CameraState:
    """Say where the camera is (world x, z in metres), where it looks (yaw) and how far it is."""

    x: float
    z: float
    yaw: float
    s: float

    def pose(self) -> np.ndarray:
        """Return the optical frame in the world, float64 (4, 4)."""
        cos, sin = math.cos(self.yaw), math.sin(self.yaw)
        return np.array(
            [
                [cos, 0.0, sin, self.x],
                [0.0, 1.0, 0.0, -CAMERA_HEIGHT_M],
                [-sin, 0.0, cos, self.z],
                [0.0, 0.0, 0.0, 1.0],
            ]
        )

    def to_camera(self, points: np.ndarray) -> np.ndarray:
        """Turn world points, float (..., 3), into the optical frame."""
        cos, sin = math.cos(self.yaw), math.sin(self.yaw)
        x, z = points[..., 0] - self.x, points[..., 2] - self.z
        out = np.empty(points.shape, np.float64)
        out[..., 0] = cos * x - sin * z
        out[..., 1] = points[..., 1] + CAMERA_HEIGHT_M
        out[..., 2] = sin * x + cos * z
        return out


class StreetPath:
    """Bend the street: a sum of two sine waves, so that any place on it is known at once."""

    def __init__(self, seed: int) -> None:
        random = np.random.default_rng([seed, 1])
        self._phase = random.uniform(0, 2 * math.pi, 2)
        self._amplitude = np.array([10.0, 2.5]) * random.uniform(0.8, 1.2, 2)
        self._length = np.array([80.0, 33.0])

    def centre(self, s: np.ndarray | float) -> np.ndarray:
        """Return x of the centre line, metres, of the shape of s."""
        wave = np.sin(np.asarray(s)[..., None] / self._length + self._phase)
        return (wave * self._amplitude).sum(-1)

    def heading(self, s: np.ndarray | float) -> np.ndarray:
        """Return the street's direction, radians to the right of z, of the shape of s."""
        wave = np.cos(np.asarray(s)[..., None] / self._length + self._phase)
        return np.arctan((wave * self._amplitude / self._length).sum(-1))

    def place(
        self, s: np.ndarray | float, lateral: np.ndarray | float, y: np.ndarray | float
    ) -> np.ndarray:
        """Return world points (..., 3) of places on the street; y is down, 0 on the ground."""
        s, lateral, y = np.broadcast_arrays(
            np.asarray(s, np.float64), np.asarray(lateral, np.float64), np.asarray(y, np.float64)
        )
        heading = self.heading(s)
        x = self.centre(s) + lateral * np.cos(heading)
        z = s - lateral * np.sin(heading)
        return np.stack([x, y, z], axis=-1)

    def camera(self, seconds: float) -> CameraState:
        """Return where the camera is after some seconds."""
        s = CAMERA_SPEED_MPS * seconds
        lateral = LANE_CENTRE_M + 0.15 * math.sin(0.5 * seconds)
        x, _, z = self.place(np.array(s), np.array(lateral), 0.0)
        yaw = float(self.heading(np.array(s + _LOOK_AHEAD_M))) + 0.008 * math.sin(0.9 * seconds)
        return CameraState(float(x), float(z), yaw, s)
