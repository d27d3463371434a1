# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The subscription to camera_info: also to one that was published before the node started."""

from collections.abc import Callable
from collections.abc import Sequence

from rclpy.clock import Clock
from rclpy.clock import ClockType
from rclpy.node import Node
from rclpy.qos import DurabilityPolicy
from rclpy.qos import QoSProfile
from rclpy.qos import ReliabilityPolicy
from rclpy.subscription import Subscription
from rclpy.topic_endpoint_info import TopicEndpointInfo
from sensor_msgs.msg import CameraInfo

DECIDE_PERIOD_S = 0.5

# Best effort takes what reliable and best-effort drivers send alike; what was sent before is only
# delivered reliably.
PROFILES = {
    DurabilityPolicy.VOLATILE: QoSProfile(depth=1, reliability=ReliabilityPolicy.BEST_EFFORT),
    DurabilityPolicy.TRANSIENT_LOCAL: QoSProfile(
        depth=1,
        reliability=ReliabilityPolicy.RELIABLE,
        durability=DurabilityPolicy.TRANSIENT_LOCAL,
    ),
}


def durabilities(publishers: Sequence[TopicEndpointInfo]) -> frozenset[DurabilityPolicy]:
    """Return the durabilities to subscribe with, so that each publisher is heard.

    A transient-local subscription hears nothing of volatile publishers, and a volatile one nothing
    of what others published before it.
    """
    return frozenset(
        DurabilityPolicy.TRANSIENT_LOCAL
        if publisher.qos_profile.durability == DurabilityPolicy.TRANSIENT_LOCAL
        and publisher.qos_profile.reliability == ReliabilityPolicy.RELIABLE
        else DurabilityPolicy.VOLATILE
        for publisher in publishers
    )


class CameraInfoSubscription:
    """Subscribe to calibrations as their publishers offer them, and again when those change.

    When the last publisher goes the choice stays, so that a camera which restarts finds it.
    """

    def __init__(self, node: Node, topic: str, callback: Callable[[CameraInfo], None]) -> None:
        self._node = node
        self._topic = topic
        self._callback = callback
        self._subscriptions: dict[DurabilityPolicy, Subscription] = {}
        self._follow()
        # A steady clock: the choice must also follow while simulated time stands still.
        self._timer = node.create_timer(
            DECIDE_PERIOD_S, self._follow, clock=Clock(clock_type=ClockType.STEADY_TIME)
        )

    def destroy(self) -> None:
        """Unsubscribe; the node stays."""
        self._node.destroy_timer(self._timer)
        for durability in list(self._subscriptions):
            self._node.destroy_subscription(self._subscriptions.pop(durability))

    def _follow(self) -> None:
        wanted = durabilities(self._node.get_publishers_info_by_topic(self._topic))
        if not wanted:
            wanted = frozenset(self._subscriptions or [DurabilityPolicy.VOLATILE])
        for durability in wanted - self._subscriptions.keys():
            self._subscriptions[durability] = self._node.create_subscription(
                CameraInfo, self._topic, self._callback, PROFILES[durability]
            )
        for durability in self._subscriptions.keys() - wanted:
            self._node.destroy_subscription(self._subscriptions.pop(durability))
