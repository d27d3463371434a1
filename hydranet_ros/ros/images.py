# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Write arrays into sensor_msgs/Image messages whose memory is kept."""

import sys

import numpy as np
from sensor_msgs.msg import Image

from hydranet_ros.errors import HydranetError
from hydranet_ros.outputs import blank
from hydranet_ros.outputs import PIXELS


class ImageWriter:
    """Keep one sensor_msgs/Image whose pixels are written in place and published many times.

    Attributes:
        message: the message; its size, encoding and data stay, its header is the caller's.
        array: writeable view of its pixels: uint8 (mono8, rgb8, bgr8) or float32 (32FC1, 32FC3),
            (H, W) or (H, W, 3).

    """

    def __init__(self, height: int, width: int, encoding: str) -> None:
        if encoding not in PIXELS:
            raise HydranetError(f'Images are written as {", ".join(PIXELS)}, not as {encoding!r}.')
        pixels = blank(height, width, encoding)
        self.message = Image(
            height=height,
            width=width,
            encoding=encoding,
            is_bigendian=int(sys.byteorder == 'big'),
            step=pixels.strides[0],
        )
        # In place, because assigning to `data` may copy, and a list would cost a check per byte.
        self.message.data.frombytes(pixels.data.cast('B'))
        self.array = np.frombuffer(self.message.data, pixels.dtype).reshape(pixels.shape)
