# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Which messages carry an image, and on which topic, as image_transport has it."""

from enum import Enum

from rclpy.node import Node
from sensor_msgs.msg import CompressedImage
from sensor_msgs.msg import Image

ImageMessage = Image | CompressedImage
COMPRESSED_SUFFIX = '/compressed'


class ImageTransport(str, Enum):
    """Values of the parameter `image_transport`."""

    RAW = 'raw'
    COMPRESSED = 'compressed'

    @property
    def other(self) -> 'ImageTransport':
        """Return the one that this is not."""
        return (
            ImageTransport.RAW if self is ImageTransport.COMPRESSED else ImageTransport.COMPRESSED
        )

    @property
    def type_name(self) -> str:
        """Return the type of its messages, as the graph names it."""
        return f'sensor_msgs/msg/{self.message_type.__name__}'

    @property
    def message_type(self) -> type:
        """Return the type of its messages."""
        return CompressedImage if self is ImageTransport.COMPRESSED else Image

    def topic(self, node: Node, image: str) -> str:
        """Return the full name of the topic that carries `image`.

        The compressed one is beside where `image` is remapped to, unless it is remapped itself.
        """
        base = str(node.resolve_topic_name(image))
        if self is ImageTransport.RAW:
            return base
        own = str(node.resolve_topic_name(image + COMPRESSED_SUFFIX))
        remapped = own != node.resolve_topic_name(image, only_expand=True) + COMPRESSED_SUFFIX
        return own if remapped else base + COMPRESSED_SUFFIX
