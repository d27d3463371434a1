# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The topic that carries an image output compressed, beside the raw one."""

from collections.abc import Callable

import numpy as np
from rclpy.node import Node
from rclpy.publisher import Publisher
from rclpy.qos import QoSProfile
from sensor_msgs.msg import CompressedImage

from hydranet_ros.compressed_image import Compression
from hydranet_ros.compressed_image import Compressor
from hydranet_ros.ros.image_transport import ImageTransport
from hydranet_ros.ros.offered_topic import OfferedTopic


class CompressedPublisher(OfferedTopic):
    """Publish pictures compressed; made and destroyed on the executor's thread.

    Args:
        node: carries the topic.
        image: the topic of the raw image.
        kind: JPEG or PNG.
        qos: as that of the raw topic.
        create: makes the publisher, as Node.create_publisher does.

    """

    def __init__(
        self,
        node: Node,
        image: str,
        kind: Compression,
        qos: QoSProfile,
        create: Callable[[type, str, QoSProfile], Publisher] | None = None,
    ) -> None:
        topic = ImageTransport.COMPRESSED.topic(node, image)
        publisher = (create or node.create_publisher)(CompressedImage, topic, qos)
        super().__init__(node, publisher, CompressedImage(format=kind.format))
        self._compressor = Compressor(kind)

    def compress(self, picture: np.ndarray, quality: int) -> None:
        """Compress a picture into the message; quality: of a JPEG, 1 to 100."""
        data = self._message.data
        del data[:]
        # In place, because assigning a NumPy array to `data` checks each byte in Python.
        data.frombytes(self._compressor.compress(picture, quality).data)
