# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The image outputs of a model: their topics, what each shows, and how the pictures are drawn."""

from collections.abc import Callable
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from typing import Final

import numpy as np
import numpy.typing as npt

from hydranet_ros.compressed_image import Compression
from hydranet_ros.compressed_image import JPEG
from hydranet_ros.compressed_image import PNG
from hydranet_ros.prediction import Prediction
from hydranet_ros.rendering import color_depth
from hydranet_ros.rendering import color_labels
from hydranet_ros.rendering import color_normals
from hydranet_ros.rendering import overlay
from hydranet_ros.zoo.card_types import Task

# The sensor_msgs encodings that are written: dtype, and the shape of one pixel.
PIXELS: Final[dict[str, tuple[type[np.generic], tuple[int, ...]]]] = {
    'mono8': (np.uint8, ()),
    'rgb8': (np.uint8, (3,)),
    'bgr8': (np.uint8, (3,)),
    '32FC1': (np.float32, ()),
    '32FC3': (np.float32, (3,)),
}


@dataclass(frozen=True)
class Output:
    """One image topic: the task it needs, and the Prediction field that it is or pictures.

    compression: how it is offered beside the raw topic, on `topic`/compressed.
    """

    topic: str
    encoding: str
    task: Task
    field: str
    picture: bool = False
    compression: Compression | None = None


# Class ids survive a PNG; a JPEG would make new ones at every border.
SEMANTIC = Output('semantic', 'mono8', Task.SEMANTIC, 'labels', compression=PNG)
SEMANTIC_COLOR = Output(
    'semantic/color', 'rgb8', Task.SEMANTIC, 'labels', picture=True, compression=JPEG
)
SEMANTIC_OVERLAY = Output(
    'semantic/overlay', 'rgb8', Task.SEMANTIC, 'labels', picture=True, compression=JPEG
)
SEMANTIC_CONFIDENCE = Output('semantic/confidence', 'mono8', Task.SEMANTIC, 'confidence')
DEPTH = Output('depth', '32FC1', Task.DEPTH, 'depth')
DEPTH_COLOR = Output('depth/color', 'rgb8', Task.DEPTH, 'depth', picture=True, compression=JPEG)
NORMALS = Output('normals', '32FC3', Task.NORMALS, 'normals')
NORMALS_COLOR = Output(
    'normals/color', 'rgb8', Task.NORMALS, 'normals', picture=True, compression=JPEG
)
OUTPUTS = (
    SEMANTIC,
    SEMANTIC_COLOR,
    SEMANTIC_OVERLAY,
    SEMANTIC_CONFIDENCE,
    DEPTH,
    DEPTH_COLOR,
    NORMALS,
    NORMALS_COLOR,
)
JPEG_QUALITY = 80  # half the bytes of image_transport's 95, and people see no difference
DEPTH_CAMERA_INFO = 'depth/camera_info'
LABEL_INFO = 'semantic/label_info'
POINTS = 'points'
OUTPUT_NAMES = (*(one.topic for one in OUTPUTS), POINTS)
POINTS_FIELDS = ('depth', 'labels', 'confidence')

# What holds a field, whether that output is wanted or only its pictures.
_HOMES = {
    'labels': SEMANTIC,
    'confidence': SEMANTIC_CONFIDENCE,
    'depth': DEPTH,
    'normals': NORMALS,
}

ArrayOf = Callable[[Output], np.ndarray]


def blank(height: int, width: int, encoding: str) -> npt.NDArray[Any]:
    """Return zeros of one of PIXELS: (H, W) or (H, W, 3), uint8 or float32."""
    dtype, channels = PIXELS[encoding]
    return np.zeros((height, width, *channels), dtype)


@dataclass(frozen=True)
class Look:
    """How the pictures for people are drawn.

    Attributes:
        palette: uint8 (256, 3) RGB, the colour of each label.
        overlay_alpha: 0 to 1.
        depth_min, depth_max: metres of the warmest and of the coldest colour.
        jpeg_quality: 1 to 100.

    """

    palette: np.ndarray
    overlay_alpha: float
    depth_min: float
    depth_max: float
    jpeg_quality: int = JPEG_QUALITY


def prediction_in(fields: Collection[str], array_of: ArrayOf) -> Prediction:
    """Return a Prediction of the outputs' arrays, None for fields that are not named."""
    return Prediction(**{field: array_of(_HOMES[field]) for field in fields})


def render(wanted: Collection[Output], array_of: ArrayOf, rgb: np.ndarray, look: Look) -> None:
    """Draw those of the wanted outputs that are pictures for people.

    The arrays of `prediction_in` for their fields have been filled. rgb: uint8 (H, W, 3), the
    camera's picture.
    """
    if SEMANTIC_COLOR in wanted or SEMANTIC_OVERLAY in wanted:
        labels, color = array_of(SEMANTIC), array_of(SEMANTIC_COLOR)
        color_labels(labels, look.palette, out=color)
        if SEMANTIC_OVERLAY in wanted:
            out = array_of(SEMANTIC_OVERLAY)
            overlay(rgb, color, look.overlay_alpha, labels=labels, out=out)
    if DEPTH_COLOR in wanted:
        out = array_of(DEPTH_COLOR)
        color_depth(array_of(DEPTH), look.depth_min, look.depth_max, out=out)
    if NORMALS_COLOR in wanted:
        color_normals(array_of(NORMALS), out=array_of(NORMALS_COLOR))
