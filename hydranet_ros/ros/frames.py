# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""A camera's frame on its way through the worker: as it came, and decoded."""

from dataclasses import dataclass

import numpy as np

from hydranet_ros.camera_model import CameraModel
from hydranet_ros.outputs import Look
from hydranet_ros.outputs import Output
from hydranet_ros.prediction_filter import PredictionFilter
from hydranet_ros.ros.image_transport import ImageMessage
from hydranet_ros.zoo.card_types import Task


@dataclass(frozen=True)
class Frame:
    """An image message and when its callback began (time.perf_counter, seconds)."""

    message: ImageMessage
    received: float


@dataclass(frozen=True)
class AnswerRules:
    """How frames are answered; one frame by the same rules to its end.

    Attributes:
        tasks: what the network predicts.
        derived: what is computed from that.
        limits: of what is published.
        look: colours of the pictures.

    """

    tasks: frozenset[Task]
    derived: frozenset[Task]
    limits: PredictionFilter
    look: Look


@dataclass(frozen=True)
class DecodedFrame:
    """A frame that can be predicted.

    Attributes:
        rules: those that held when it was decoded.
        rgb: uint8 (H, W, 3), valid until the next frame of its camera is decoded.
        watched: outputs that have a subscriber, and can be made.
        points: whether somebody wants points, and they can be made.
        lens: of the camera, where it is needed and known.
        seconds: what decoding took.

    """

    frame: Frame
    rules: AnswerRules
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
