# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""cv_bridge where the ROS distribution has one that works, else its two calls over OpenCV."""

from collections.abc import Callable
import importlib
import logging
import re
import sys
from typing import Any

import cv2
import numpy as np
from sensor_msgs.msg import Image
from std_msgs.msg import Header

from hydranet_ros.errors import HydranetError
from hydranet_ros.image_decoder import ImageDecoder
from hydranet_ros.image_encodings import check
from hydranet_ros.image_encodings import Layout
from hydranet_ros.image_encodings import LAYOUTS

_DEPTHS = {'U': 'u', 'S': 'i', 'F': 'f'}
_FROM_RGB = {'bgr8': cv2.COLOR_RGB2BGR, 'mono8': cv2.COLOR_RGB2GRAY}


def make_bridge(warn: Callable[[str], object] | None = None) -> Any:
    """Return an object with imgmsg_to_cv2 and cv2_to_imgmsg: cv_bridge's, or OpenCvBridge.

    A cv_bridge built for another NumPy fails at its import or at its first use; `warn` then
    takes one line.
    """
    try:
        bridge = importlib.import_module('cv_bridge').CvBridge()
        bridge.encoding_to_cvtype2('rgb8')  # loads the compiled part
    except (AttributeError, ImportError) as error:
        if not isinstance(error, ModuleNotFoundError) or error.name != 'cv_bridge':
            (warn or logging.getLogger(__name__).warning)(
                f'cv_bridge does not work with NumPy {np.__version__} ({error}); '
                'using OpenCV in its place. `pip install "numpy<2"` brings it back.'
            )
        return OpenCvBridge()
    return bridge


class OpenCvBridge:
    """Do the two calls of cv_bridge.CvBridge that convert images; errors are HydranetError."""

    def imgmsg_to_cv2(self, img_msg: Image, desired_encoding: str = 'passthrough') -> np.ndarray:
        """Return the pixels: (H, W) or (H, W, C), in the type that the encoding names.

        desired_encoding: 'passthrough', the message's own, or 'rgb8', 'bgr8', 'mono8' from each
        encoding that ImageDecoder reads.
        """
        if desired_encoding in ('passthrough', img_msg.encoding):
            return _pixels(img_msg)
        rgb = ImageDecoder().decode(img_msg)
        if desired_encoding == 'rgb8':
            return rgb.copy()
        if desired_encoding not in _FROM_RGB:
            raise HydranetError(
                f'An image {img_msg.encoding!r} cannot be read as {desired_encoding!r}; '
                'ask for rgb8, bgr8, mono8 or passthrough.'
            )
        return cv2.cvtColor(rgb, _FROM_RGB[desired_encoding])

    def cv2_to_imgmsg(
        self, cvim: np.ndarray, encoding: str = 'passthrough', header: Header | None = None
    ) -> Image:
        """Return a message with a copy of the pixels; 'passthrough' names their type: 8UC3."""
        channels = 1 if cvim.ndim == 2 else cvim.shape[2]
        if encoding == 'passthrough':
            kind = {value: name for name, value in _DEPTHS.items()}[cvim.dtype.kind]
            encoding = f'{8 * cvim.dtype.itemsize}{kind}C{channels}'
        dtype, expected = _pixel_type(encoding)
        if (cvim.dtype.newbyteorder('='), channels) != (dtype, expected):
            raise HydranetError(
                f'{encoding!r} takes {dtype} with {expected} channels, '
                f'not {cvim.dtype} with {channels}.'
            )
        native = np.ascontiguousarray(cvim, dtype)
        msg = Image(
            height=cvim.shape[0],
            width=cvim.shape[1],
            encoding=encoding,
            is_bigendian=int(sys.byteorder == 'big'),
            step=native.strides[0],
        )
        msg.data.frombytes(native.data.cast('B'))
        if header is not None:
            msg.header = header
        return msg


def _pixel_type(encoding: str) -> tuple[np.dtype, int]:
    """Return the type of a channel and how many a pixel has; for encodings of whole pixels."""
    generic = re.fullmatch(r'(8|16|32|64)([USF])C([1-9]\d?)?', encoding)
    if generic:
        bits, depth, channels = generic.groups()
        return np.dtype(f'{_DEPTHS[depth]}{int(bits) // 8}'), int(channels or 1)
    layout = LAYOUTS.get(encoding)
    if layout is None or layout.rows != 1:
        raise HydranetError(
            f'The image encoding {encoding!r} cannot be passed through; ask for rgb8.'
        )
    return np.dtype(f'u{layout.channel_bytes}'), layout.channels


def _pixels(msg: Image) -> np.ndarray:
    dtype, channels = _pixel_type(msg.encoding)
    check(msg, Layout(None, channels=channels, channel_bytes=dtype.itemsize))
    pixels = np.ndarray(
        (msg.height, msg.width, channels),
        dtype.newbyteorder('>' if msg.is_bigendian else '<'),
        msg.data,
        strides=(msg.step, channels * dtype.itemsize, dtype.itemsize),
    )
    return np.ascontiguousarray(pixels if channels > 1 else pixels[..., 0], dtype)
