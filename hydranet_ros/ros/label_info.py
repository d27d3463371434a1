# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The topic `semantic/label_info`, latched: what the class ids in `semantic` mean."""

from collections.abc import Sequence
import importlib
from typing import Any

from rclpy.node import Node
from rclpy.publisher import Publisher
from rclpy.qos import DurabilityPolicy
from rclpy.qos import QoSProfile
from rclpy.qos import ReliabilityPolicy

from hydranet_ros.outputs import LABEL_INFO
from hydranet_ros.zoo.card_types import SemanticClass

LATCHED = QoSProfile(
    depth=1,
    reliability=ReliabilityPolicy.RELIABLE,
    durability=DurabilityPolicy.TRANSIENT_LOCAL,
)


class LabelInfoPublisher:
    """Publish vision_msgs/LabelInfo where that package is installed, else log that it is not.

    Models without classes have no such topic. Several cameras have one each, because subscribers
    look for it beside the camera's `semantic`.
    """

    def __init__(self, node: Node, classes: Sequence[SemanticClass], prefix: str = '') -> None:
        """`prefix` comes before the topic's name."""
        self._node = node
        self._topic = prefix + LABEL_INFO
        self._messages: Any = None
        self._tried = False
        self._publisher: Publisher | None = None
        self._told: float | None = None
        self._classes: Sequence[SemanticClass] = ()
        self.follow(classes)

    def follow(self, classes: Sequence[SemanticClass]) -> None:
        """Take other classes, which the next `publish` tells."""
        if classes == self._classes:
            return
        self._classes, self._told = classes, None
        if not classes:
            self.destroy()
        elif self._publisher is None and self._installed():
            self._publisher = self._node.create_publisher(
                self._messages.LabelInfo, self._topic, LATCHED
            )

    def _installed(self) -> bool:
        if not self._tried:
            self._tried = True
            try:
                self._messages = importlib.import_module('vision_msgs.msg')
            except ImportError as error:
                self._node.get_logger().info(
                    f'{self._node.resolve_topic_name(self._topic)} is not published: vision_msgs '
                    f'is not installed ({error}). Install ros-$ROS_DISTRO-vision-msgs where a '
                    'subscriber, such as a costmap, reads the names of the classes.'
                )
        return self._messages is not None

    def publish(self, threshold: float) -> None:
        """Publish the classes and the confidence threshold (0 to 1), where that has changed."""
        if self._publisher is None or threshold == self._told:
            return
        self._told = threshold
        message = self._messages.LabelInfo(threshold=float(threshold))
        message.header.stamp = self._node.get_clock().now().to_msg()
        message.class_map = [
            self._messages.VisionClass(class_id=number, class_name=one.name)
            for number, one in enumerate(self._classes)
        ]
        self._publisher.publish(message)

    def destroy(self) -> None:
        """Take the topic back."""
        if self._publisher is not None:
            self._node.destroy_publisher(self._publisher)
            self._publisher = None
