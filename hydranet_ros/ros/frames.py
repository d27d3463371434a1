# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""A camera's frame on its way through the worker: as it came, and decoded."""

from dataclasses import dataclass

import numpy as np

from hydranet_ros.camera_model import CameraModel
from hydranet_ros.outputs import Output
from hydranet_ros.ros.image_transport import ImageMessage


@dataclass(frozen=True)
class Frame:
    """An image message and when its callback began (time.perf_counter, seconds)."""

    message: ImageMessage
    received: float


@dataclass(frozen=True)
class DecodedFrame:
    """A frame that can be predicted.

    Attributes:
        rgb: uint8 (H, W, 3), valid until the next frame of its camera is decoded.
        watched: outputs that have a subscriber, and can be made.
        points: whether somebody wants points, and they can be made.
        lens: of the camera, where it is needed and known.
        seconds: what decoding took.

    """

    frame: Frame
    rgb: np.ndarray
    watched: tuple[Output, ...]
    points: bool
    lens: CameraModel | None
    seconds: float

    @property
    def size(self) -> tuple[int, int]:
        """Return (height, width)."""
        height, width = self.rgb.shape[:2]
        return height, width

    @property
    def wanted(self) -> bool:
        """Tell whether anybody wants a prediction of it."""
        return bool(self.watched) or self.points
