# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Read images, raw or compressed, whichever of the two messages a camera sends."""

from collections.abc import Callable
from typing import Any

import numpy as np

from hydranet_ros.compressed_image import compressed_size
from hydranet_ros.compressed_image import decode_compressed
from hydranet_ros.image_decoder import ImageDecoder
from hydranet_ros.image_encodings import readable_layout


class ImageReader:
    """Turn sensor_msgs/Image and sensor_msgs/CompressedImage into RGB; one reader per thread.

    Args:
        warn: takes a sentence about an encoding that does not say its colour order, once each.

    """

    def __init__(self, warn: Callable[[str], object] | None = None) -> None:
        self._decoder = ImageDecoder(warn)

    def size_of(self, message: Any) -> tuple[int, int]:
        """Return (height, width) without decoding; FrameError for what cannot be read."""
        if hasattr(message, 'format'):
            return compressed_size(message)
        readable_layout(message)
        return message.height, message.width

    def read(self, message: Any) -> np.ndarray:
        """Return the picture, uint8 (H, W, 3) RGB, valid until the next call.

        FrameError for a message that cannot be read.
        """
        if hasattr(message, 'format'):
            return decode_compressed(message)
        return self._decoder.decode(message)
