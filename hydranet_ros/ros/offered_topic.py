# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""A topic that is offered for a while, with one message whose memory is kept."""

from typing import Any

from rclpy.node import Node
from rclpy.publisher import Publisher
from std_msgs.msg import Header


class OfferedTopic:
    """Publish `message` again and again, under the header of each image, until destroyed."""

    def __init__(self, node: Node, publisher: Publisher, message: Any) -> None:
        self._node = node
        self._publisher: Publisher | None = publisher
        self._message = message

    def watched(self) -> bool:
        """Tell whether somebody subscribes now."""
        publisher = self._publisher
        return publisher is not None and publisher.get_subscription_count() > 0

    def publish(self, header: Header) -> None:
        """Publish the message as it was written last, unless the topic was taken back."""
        if self._publisher is not None:
            self._message.header = header
            self._publisher.publish(self._message)

    def destroy(self) -> None:
        """Take the topic back."""
        if self._publisher is not None:
            self._node.destroy_publisher(self._publisher)
            self._publisher = None
