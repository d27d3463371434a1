# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The subscription to a camera: as reliable as its publishers allow, with its losses counted."""

from collections.abc import Callable
from collections.abc import Sequence
from enum import Enum
from typing import Any

from rclpy.clock import Clock
from rclpy.clock import ClockType
from rclpy.node import Node
from rclpy.qos import ReliabilityPolicy
from rclpy.subscription import Subscription
from rclpy.topic_endpoint_info import TopicEndpointInfo

from hydranet_ros.ros.losses import LossCounter
from hydranet_ros.ros.transport import IMAGE_BEST_EFFORT
from hydranet_ros.ros.transport import IMAGE_RELIABLE

try:
    from rclpy.event_handler import SubscriptionEventCallbacks
    from rclpy.event_handler import UnsupportedEventTypeError
except ImportError:  # Humble
    from rclpy.qos_event import SubscriptionEventCallbacks
    from rclpy.qos_event import UnsupportedEventTypeError

DECIDE_PERIOD_S = 0.1


class ImageReliability(str, Enum):
    """Values of the parameter `image_reliability`."""

    AUTO = 'auto'
    BEST_EFFORT = 'best_effort'
    RELIABLE = 'reliable'


def resolve_reliability(
    requested: ImageReliability | str, publishers: Sequence[TopicEndpointInfo]
) -> ReliabilityPolicy | None:
    """Return the reliability to subscribe with; None: auto, and no publisher is known yet.

    auto takes reliable where every publisher offers it, because one best-effort publisher would
    be incompatible with a reliable subscription.
    """
    requested = ImageReliability(requested)
    if requested is ImageReliability.RELIABLE:
        return ReliabilityPolicy.RELIABLE
    if requested is ImageReliability.BEST_EFFORT:
        return ReliabilityPolicy.BEST_EFFORT
    if not publishers:
        return None
    offers = {publisher.qos_profile.reliability for publisher in publishers}
    reliable = offers == {ReliabilityPolicy.RELIABLE}
    return ReliabilityPolicy.RELIABLE if reliable else ReliabilityPolicy.BEST_EFFORT


class ImageSubscription:
    """Subscribe to images with depth 1, follow what the publishers offer, count what is lost.

    auto subscribes once a publisher is known, and again whenever the publishers that come or go
    ask for another choice. When the last one goes the choice stays, so that a camera which
    restarts finds it as it was.

    Attributes:
        reliability: what it subscribes with; best effort until a choice is made.

    """

    def __init__(
        self,
        node: Node,
        message_type: type,
        topic: str,
        callback: Callable[[Any], None],
        reliability: ImageReliability | str = ImageReliability.AUTO,
        on_incompatible: Callable[[Any], None] | None = None,
        **options: Any,
    ) -> None:
        """Subscribe; `options` go to Node.create_subscription (callback_group, raw).

        on_incompatible: takes the event that a publisher's QoS keeps it from this subscription.
        """
        self._node = node
        self._topic = topic
        self._requested = ImageReliability(reliability)
        self._message_type = message_type
        self._callback = callback
        self._on_incompatible = on_incompatible
        self._options = options
        self._events = True
        self._losses = LossCounter(events=True)
        self._publishers: set[bytes] = set()
        self._subscription: Subscription | None = None
        self.reliability = ReliabilityPolicy.BEST_EFFORT
        self._follow()
        # A steady clock: the choice must also follow while simulated time stands still.
        self._timer = node.create_timer(
            DECIDE_PERIOD_S, self._follow, clock=Clock(clock_type=ClockType.STEADY_TIME)
        )

    @property
    def lost(self) -> int | None:
        """Images that were published and did not arrive; None where the RMW cannot tell."""
        return self._losses.lost

    def destroy(self) -> None:
        """Unsubscribe; the node stays."""
        self._node.destroy_timer(self._timer)
        if self._subscription is not None:
            self._node.destroy_subscription(self._subscription)
            self._subscription = None

    def _follow(self) -> None:
        publishers = self._node.get_publishers_info_by_topic(self._topic)
        identities = {bytes(publisher.endpoint_gid) for publisher in publishers}
        if identities != self._publishers:
            appeared = len(identities - self._publishers)
            self._publishers = identities
            self._losses.on_publishers(len(identities), appeared)
        wanted = resolve_reliability(self._requested, publishers)
        if wanted is None or (self._subscription and wanted == self.reliability):
            return
        if self._subscription is not None:
            self._node.destroy_subscription(self._subscription)
        self.reliability = wanted
        self._subscription = self._subscribe()
        self._node.get_logger().info(
            f'Subscribed to {self._subscription.topic_name}, {wanted.name.lower()}.'
        )

    def _subscribe(self) -> Subscription:
        reliable = self.reliability == ReliabilityPolicy.RELIABLE
        receive: Callable[..., None] = self._receive
        if not hasattr(Subscription, 'CallbackType'):  # Humble passes the message alone
            receive = self._receive_bare
        qos = IMAGE_RELIABLE if reliable else IMAGE_BEST_EFFORT
        arguments = (self._message_type, self._topic, receive, qos)
        if self._events:
            try:
                return self._node.create_subscription(
                    *arguments,
                    event_callbacks=SubscriptionEventCallbacks(
                        message_lost=self._on_lost_event, incompatible_qos=self._on_incompatible
                    ),
                    **self._options,
                )
            except UnsupportedEventTypeError:
                self._events = False
                self._losses = LossCounter(events=False)
        return self._node.create_subscription(*arguments, **self._options)

    def _receive(self, message: Any, info: dict[str, Any]) -> None:
        self._losses.on_message(info.get('publication_sequence_number'))
        self._callback(message)

    def _receive_bare(self, message: Any) -> None:
        self._receive(message, {})

    def _on_lost_event(self, event: Any) -> None:
        self._losses.on_event(event.total_count_change)
