# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""How sensor_msgs lays out the image encodings that can be read, and what makes them RGB."""

from dataclasses import dataclass
from typing import Any
from typing import Protocol

import cv2

from hydranet_ros.errors import FrameError


class ImageMessage(Protocol):
    """What is read of a sensor_msgs/Image, whichever library made it; `data` is a buffer."""

    height: int
    width: int
    encoding: str
    is_bigendian: int
    step: int
    data: Any


class UnsupportedEncoding(FrameError):  # noqa: N818 - what happened, as the caller says it
    """Name an image encoding that cannot be read, and those that can."""

    def __init__(self, encoding: str) -> None:
        super().__init__(
            f'The image encoding {encoding!r} is not supported. Publish one of: '
            f'{", ".join(SUPPORTED_ENCODINGS)}.'
        )


@dataclass(frozen=True)
class Layout:
    """Say how sensor_msgs lays out one encoding, and which OpenCV conversion makes it RGB."""

    code: int | None
    channels: int = 1  # interleaved in the first plane
    channel_bytes: int = 1
    rows: float = 1  # rows of `step` bytes in `data` per row of the picture
    block: tuple[int, int] = (1, 1)  # width and height in pixels that share one colour
    smallest: int = 1  # width and height below which OpenCV would answer black


def _packed_422(code: int) -> Layout:
    return Layout(code, channels=2, block=(2, 1))


def _semi_planar_420(code: int) -> Layout:
    return Layout(code, rows=1.5, block=(2, 2))


def _bayer(code: int) -> Layout:
    return Layout(code, smallest=3)


# OpenCV names a Bayer pattern by the second row's second and third pixel, sensor_msgs by the
# first row's first two: bayer_rggb8 is OpenCV's BayerBG.
LAYOUTS = {
    'rgb8': Layout(None, channels=3),
    'bgr8': Layout(cv2.COLOR_BGR2RGB, channels=3),
    'rgba8': Layout(cv2.COLOR_RGBA2RGB, channels=4),
    'bgra8': Layout(cv2.COLOR_BGRA2RGB, channels=4),
    'mono8': Layout(cv2.COLOR_GRAY2RGB),
    'mono16': Layout(cv2.COLOR_GRAY2RGB, channel_bytes=2),
    'bayer_rggb8': _bayer(cv2.COLOR_BayerBG2RGB),
    'bayer_bggr8': _bayer(cv2.COLOR_BayerRG2RGB),
    'bayer_gbrg8': _bayer(cv2.COLOR_BayerGR2RGB),
    'bayer_grbg8': _bayer(cv2.COLOR_BayerGB2RGB),
    'yuv422': _packed_422(cv2.COLOR_YUV2RGB_UYVY),
    'uyvy': _packed_422(cv2.COLOR_YUV2RGB_UYVY),
    'yuv422_yuy2': _packed_422(cv2.COLOR_YUV2RGB_YUY2),
    'yuyv': _packed_422(cv2.COLOR_YUV2RGB_YUY2),
    'nv12': _semi_planar_420(cv2.COLOR_YUV2RGB_NV12),
    'nv21': _semi_planar_420(cv2.COLOR_YUV2RGB_NV21),
    'nv24': Layout(None, rows=3),
    '8UC3': Layout(cv2.COLOR_BGR2RGB, channels=3),
    '8UC1': Layout(cv2.COLOR_GRAY2RGB),
}
SUPPORTED_ENCODINGS = tuple(LAYOUTS)
MOST_PIXELS = 2**26  # twice an 8K camera's; 192 MiB as RGB
GUESSED = {'8UC3': 'bgr8', '8UC1': 'mono8'}


def readable_layout(msg: ImageMessage) -> Layout:
    """Return how the pixels of a message lie, without looking at them.

    Raises:
        UnsupportedEncoding: the encoding is none of SUPPORTED_ENCODINGS.
        FrameError: the sizes in the message contradict each other.

    """
    layout = LAYOUTS.get(msg.encoding)
    if layout is None:
        raise UnsupportedEncoding(msg.encoding)
    check(msg, layout)
    return layout


def check(msg: ImageMessage, layout: Layout) -> None:
    """Raise FrameError where the sizes of a message contradict each other."""
    width, height, step = msg.width, msg.height, msg.step
    what = f'Image message {width}x{height} {msg.encoding!r}, step {step}'
    check_size(what, height, width, layout.smallest)
    row = width * layout.channels * layout.channel_bytes
    if step < row:
        raise FrameError(f'{what}: a row needs {row} bytes; check the camera driver.')
    if width % layout.block[0] or height % layout.block[1]:
        sides = 'width and height' if layout.block[1] > 1 else 'width'
        raise FrameError(
            f'{what}: this encoding shares colour between neighbours and needs an even {sides}.'
        )
    needed = step * int(height * layout.rows)
    if len(msg.data) != needed:
        raise FrameError(
            f'{what}: data should hold {needed} bytes and holds {len(msg.data)}; '
            'check the camera driver.'
        )


def check_size(what: str, height: int, width: int, smallest: int = 1) -> None:
    """Raise FrameError, which begins with `what`, where an image has too few or many pixels."""
    if min(width, height) < smallest:
        raise FrameError(
            f'{what}: the image is empty or too small, this encoding needs at least '
            f'{smallest} x {smallest} pixels; check the camera driver.'
        )
    if width * height > MOST_PIXELS:
        raise FrameError(
            f'{what}: {width}x{height} are too many pixels, {MOST_PIXELS} at most are read; let '
            'the camera publish a smaller image.'
        )
