# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Read sensor_msgs/Image as RGB arrays, and write arrays into messages whose memory is kept."""

from collections.abc import Callable
from dataclasses import dataclass
import logging
import sys

import cv2
import numpy as np
from sensor_msgs.msg import Image

from hydranet_ros.errors import HydranetError


class UnsupportedEncoding(HydranetError):  # noqa: N818 - what happened, as the caller says it
    """Name an image encoding that cannot be read, and those that can."""

    def __init__(self, encoding: str) -> None:
        super().__init__(
            f'The image encoding {encoding!r} is not supported. Publish one of: '
            f'{", ".join(SUPPORTED_ENCODINGS)}.'
        )


@dataclass(frozen=True)
class _Layout:
    """Say how sensor_msgs lays out one encoding, and which OpenCV conversion makes it RGB."""

    code: int | None
    channels: int = 1  # interleaved in the first plane
    channel_bytes: int = 1
    rows: float = 1  # rows of `step` bytes in `data` per row of the picture
    block: tuple[int, int] = (1, 1)  # width and height in pixels that share one colour
    smallest: int = 1  # width and height below which OpenCV would answer black


def _packed_422(code: int) -> _Layout:
    return _Layout(code, channels=2, block=(2, 1))


def _semi_planar_420(code: int) -> _Layout:
    return _Layout(code, rows=1.5, block=(2, 2))


def _bayer(code: int) -> _Layout:
    return _Layout(code, smallest=3)


# OpenCV names a Bayer pattern by the second row's second and third pixel, sensor_msgs by the
# first row's first two: bayer_rggb8 is OpenCV's BayerBG.
_LAYOUTS = {
    'rgb8': _Layout(None, channels=3),
    'bgr8': _Layout(cv2.COLOR_BGR2RGB, channels=3),
    'rgba8': _Layout(cv2.COLOR_RGBA2RGB, channels=4),
    'bgra8': _Layout(cv2.COLOR_BGRA2RGB, channels=4),
    'mono8': _Layout(cv2.COLOR_GRAY2RGB),
    'mono16': _Layout(cv2.COLOR_GRAY2RGB, channel_bytes=2),
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
    'nv24': _Layout(None, rows=3),
    '8UC3': _Layout(cv2.COLOR_BGR2RGB, channels=3),
    '8UC1': _Layout(cv2.COLOR_GRAY2RGB),
}
SUPPORTED_ENCODINGS = tuple(_LAYOUTS)
_GUESSED = {'8UC3': 'bgr8', '8UC1': 'mono8'}

# ITU-R BT.601, limited range: what OpenCV uses for its 4:2:0 and 4:2:2 conversions too.
_YUV_TO_RGB = np.array(
    [[1.164383, 0, 1.596027], [1.164383, -0.391762, -0.812968], [1.164383, 2.017232, 0]]
)
_NV24_MATRIX = np.hstack([_YUV_TO_RGB, -_YUV_TO_RGB @ [[16], [128], [128]]])


def _check(msg: Image, layout: _Layout) -> None:
    """Raise HydranetError where the sizes of a message contradict each other."""
    width, height, step = msg.width, msg.height, msg.step
    what = f'Image message {width}x{height} {msg.encoding!r}, step {step}'
    if min(width, height) < layout.smallest:
        raise HydranetError(
            f'{what}: the image is empty or too small, this encoding needs at least '
            f'{layout.smallest} x {layout.smallest} pixels; check the camera driver.'
        )
    row = width * layout.channels * layout.channel_bytes
    if step < row:
        raise HydranetError(f'{what}: a row needs {row} bytes; check the camera driver.')
    if width % layout.block[0] or height % layout.block[1]:
        sides = 'width and height' if layout.block[1] > 1 else 'width'
        raise HydranetError(
            f'{what}: this encoding shares colour between neighbours and needs an even {sides}.'
        )
    needed = step * int(height * layout.rows)
    if len(msg.data) != needed:
        raise HydranetError(
            f'{what}: data should hold {needed} bytes and holds {len(msg.data)}; '
            'check the camera driver.'
        )


class ImageDecoder:
    """Turn image messages into RGB; keeps its buffers, so use one decoder per thread.

    Args:
        warn: takes the sentence about an encoding that does not say its colour order
            (8UC1, 8UC3), once each.

    """

    def __init__(self, warn: Callable[[str], object] | None = None) -> None:
        self._warn = warn or logging.getLogger(__name__).warning
        self._warned: set[str] = set()
        self._buffers: dict[str, np.ndarray] = {}

    def decode(self, msg: Image) -> np.ndarray:
        """Return a message's picture as uint8 (H, W, 3) RGB.

        For rgb8 it is a view of the message, with gaps between rows where `step` is padded.
        For other encodings it is a buffer of this decoder, valid until the next call.

        Raises:
            UnsupportedEncoding: the encoding is none of SUPPORTED_ENCODINGS.
            HydranetError: the sizes in the message contradict each other.

        """
        layout = _LAYOUTS.get(msg.encoding)
        if layout is None:
            raise UnsupportedEncoding(msg.encoding)
        _check(msg, layout)
        if msg.encoding in _GUESSED:
            self._warn_once(msg.encoding)
        size = (msg.height, msg.width)
        if msg.encoding == 'nv24':
            return self._decode_nv24(msg)
        if layout.channel_bytes == 2:
            source = self._narrow(msg)
        else:
            source = _plane(msg, int(msg.height * layout.rows), layout.channels)
        if layout.code is None:
            return source
        return cv2.cvtColor(source, layout.code, dst=self._buffer('rgb', (*size, 3)))

    def _narrow(self, msg: Image) -> np.ndarray:
        """Scale 16 bits per pixel to 8, so that 65535 becomes 255."""
        dtype = np.dtype('>u2' if msg.is_bigendian else '<u2')
        size = (msg.height, msg.width)
        wide = self._buffer('wide', size, np.uint16)
        np.copyto(wide, np.ndarray(size, dtype, msg.data, strides=(msg.step, 2)))
        return cv2.convertScaleAbs(wide, dst=self._buffer('mono', size), alpha=1 / 257)

    def _decode_nv24(self, msg: Image) -> np.ndarray:
        """Convert a luma plane followed by a full-size plane of U, V with twice its step."""
        luma = _plane(msg, msg.height, 1)
        chroma = np.ndarray(
            (msg.height, msg.width, 2),
            np.uint8,
            msg.data,
            offset=msg.step * msg.height,
            strides=(2 * msg.step, 2, 1),
        )
        yuv = self._buffer('yuv', (msg.height, msg.width, 3))
        np.maximum(luma, 16, out=yuv[..., 0])
        yuv[..., 1:] = chroma
        return cv2.transform(yuv, _NV24_MATRIX, dst=self._buffer('rgb', yuv.shape))

    def _buffer(
        self, name: str, shape: tuple[int, ...], dtype: type[np.generic] = np.uint8
    ) -> np.ndarray:
        buffer = self._buffers.get(name)
        if buffer is None or buffer.shape != shape:
            buffer = self._buffers[name] = np.empty(shape, dtype)
        return buffer

    def _warn_once(self, encoding: str) -> None:
        if encoding not in self._warned:
            self._warned.add(encoding)
            self._warn(
                f'The image encoding {encoding} does not say what its channels are; reading it '
                f'as {_GUESSED[encoding]}. Let the camera publish {_GUESSED[encoding]} or rgb8.'
            )


def _plane(msg: Image, rows: int, channels: int) -> np.ndarray:
    """View the first rows of a message as uint8 (rows, W) or (rows, W, channels)."""
    shape: tuple[int, ...] = (rows, msg.width)
    strides: tuple[int, ...] = (msg.step, channels)
    if channels > 1:
        shape, strides = (*shape, channels), (*strides, 1)
    return np.ndarray(shape, np.uint8, msg.data, strides=strides)


_WRITABLE = {
    'mono8': (np.uint8, ()),
    'rgb8': (np.uint8, (3,)),
    'bgr8': (np.uint8, (3,)),
    '32FC1': (np.float32, ()),
    '32FC3': (np.float32, (3,)),
}


class ImageWriter:
    """Keep one sensor_msgs/Image whose pixels are written in place and published many times.

    Attributes:
        message: the message; its size, encoding and data stay, its header is the caller's.
        array: writeable view of its pixels: uint8 (mono8, rgb8, bgr8) or float32 (32FC1, 32FC3),
            (H, W) or (H, W, 3).

    """

    def __init__(self, height: int, width: int, encoding: str) -> None:
        if encoding not in _WRITABLE:
            raise HydranetError(
                f'Images are written as {", ".join(_WRITABLE)}, not as {encoding!r}.'
            )
        dtype, channels = _WRITABLE[encoding]
        pixels = np.zeros((height, width, *channels), dtype)
        self.message = Image(
            height=height,
            width=width,
            encoding=encoding,
            is_bigendian=int(sys.byteorder == 'big'),
            step=pixels.strides[0],
        )
        # In place, because assigning to `data` may copy, and a list would cost a check per byte.
        self.message.data.frombytes(pixels.data.cast('B'))
        self.array = np.frombuffer(self.message.data, dtype).reshape(pixels.shape)
