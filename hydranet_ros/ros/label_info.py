# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The topic `semantic/label_info`, latched: what the class ids in `semantic` mean."""

from collections.abc import Sequence
import importlib
from typing import Any

from rclpy.node import Node
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
        topic = prefix + LABEL_INFO
        self._node = node
        self._classes = classes
        self._told: float | None = None
        self._publisher = None
        if not classes:
            return
        try:
            self._messages: Any = importlib.import_module('vision_msgs.msg')
        except ImportError as error:
            node.get_logger().info(
                f'{node.resolve_topic_name(topic)} is not published: vision_msgs is not '
                f'installed ({error}). Install ros-$ROS_DISTRO-vision-msgs where a subscriber, '
                'such as a costmap, reads the names of the classes.'
            )
            return
        self._publisher = node.create_publisher(self._messages.LabelInfo, topic, LATCHED)

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
