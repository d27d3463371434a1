# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Read images as sensor_msgs lays them out as RGB arrays."""

from collections.abc import Callable
import logging

import cv2
import numpy as np

from hydranet_ros.image_encodings import GUESSED
from hydranet_ros.image_encodings import ImageMessage
from hydranet_ros.image_encodings import readable_layout

# ITU-R BT.601, limited range: what OpenCV uses for its 4:2:0 and 4:2:2 conversions too.
_YUV_TO_RGB = np.array(
    [[1.164383, 0, 1.596027], [1.164383, -0.391762, -0.812968], [1.164383, 2.017232, 0]]
)
_NV24_MATRIX = np.hstack([_YUV_TO_RGB, -_YUV_TO_RGB @ [[16], [128], [128]]])


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

    def decode(self, msg: ImageMessage) -> np.ndarray:
        """Return a message's picture as uint8 (H, W, 3) RGB.

        For rgb8 it is a view of the message, with gaps between rows where `step` is padded.
        For other encodings it is a buffer of this decoder, valid until the next call.

        Raises:
            UnsupportedEncoding: the encoding is none of SUPPORTED_ENCODINGS.
            FrameError: the sizes in the message contradict each other.

        """
        layout = readable_layout(msg)
        if msg.encoding in GUESSED:
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

    def _narrow(self, msg: ImageMessage) -> np.ndarray:
        """Scale 16 bits per pixel to 8, so that 65535 becomes 255."""
        dtype = np.dtype('>u2' if msg.is_bigendian else '<u2')
        size = (msg.height, msg.width)
        wide = self._buffer('wide', size, np.uint16)
        np.copyto(wide, np.ndarray(size, dtype, msg.data, strides=(msg.step, 2)))
        return cv2.convertScaleAbs(wide, dst=self._buffer('mono', size), alpha=1 / 257)

    def _decode_nv24(self, msg: ImageMessage) -> np.ndarray:
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
                f'as {GUESSED[encoding]}. Let the camera publish {GUESSED[encoding]} or rgb8.'
            )


def _plane(msg: ImageMessage, rows: int, channels: int) -> np.ndarray:
    """View the first rows of a message as uint8 (rows, W) or (rows, W, channels)."""
    shape: tuple[int, ...] = (rows, msg.width)
    strides: tuple[int, ...] = (msg.step, channels)
    if channels > 1:
        shape, strides = (*shape, channels), (*strides, 1)
    return np.ndarray(shape, np.uint8, msg.data, strides=strides)
