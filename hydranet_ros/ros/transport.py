# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Carry images between processes without losing them: Fast DDS profile, QoS, subscription."""

from collections.abc import Callable
from enum import Enum
import os
from pathlib import Path
from typing import Any

from rclpy.clock import Clock
from rclpy.clock import ClockType
from rclpy.node import Node
from rclpy.qos import QoSProfile
from rclpy.qos import ReliabilityPolicy
from rclpy.subscription import Subscription
from rclpy.utilities import get_rmw_implementation_identifier

from hydranet_ros.resources import config_dir

try:
    from rclpy.event_handler import SubscriptionEventCallbacks
    from rclpy.event_handler import UnsupportedEventTypeError
except ImportError:  # Humble
    from rclpy.qos_event import SubscriptionEventCallbacks
    from rclpy.qos_event import UnsupportedEventTypeError

PROFILE_VARIABLES = ('FASTRTPS_DEFAULT_PROFILES_FILE', 'FASTDDS_DEFAULT_PROFILES_FILE')
DECIDE_PERIOD_S = 0.25
WARN_PERIOD_S = 30.0
FEWEST_TO_WARN = 5  # a busy machine loses one now and then

IMAGE_BEST_EFFORT = QoSProfile(depth=1, reliability=ReliabilityPolicy.BEST_EFFORT)
IMAGE_RELIABLE = QoSProfile(depth=1, reliability=ReliabilityPolicy.RELIABLE)
# Reliable offers satisfy every subscriber, RViz's reliable displays included.
OUTPUT = IMAGE_RELIABLE


class ImageReliability(str, Enum):
    """Values of the parameter `image_reliability`."""

    AUTO = 'auto'
    BEST_EFFORT = 'best_effort'
    RELIABLE = 'reliable'


def profile_path() -> Path:
    """Return the Fast DDS profile that a process publishing images should use."""
    return config_dir() / 'fastdds.xml'


def use_profile() -> Path | None:
    """Let this process and its children use our Fast DDS profile; call before rclpy.init.

    Returns:
        The profile, or None where the user has configured Fast DDS himself or runs another RMW.

    """
    own = (*PROFILE_VARIABLES, 'FASTDDS_BUILTIN_TRANSPORTS')
    if any(os.environ.get(name) for name in own):
        return None
    if 'fastrtps' not in os.environ.get('RMW_IMPLEMENTATION', 'rmw_fastrtps_cpp'):
        return None
    path = profile_path()
    os.environ.update(dict.fromkeys(PROFILE_VARIABLES, str(path)))
    return path


def remedy() -> str:
    """Say what to do where images get lost between the camera's process and this one."""
    rmw = get_rmw_implementation_identifier()
    if 'fastrtps' not in rmw:
        return f'Raise the socket buffers of {rmw}, or let the camera publish reliably.'
    names = ' '.join(f'{name}={profile_path()}' for name in PROFILE_VARIABLES)
    return (
        "The camera's shared memory is too small for images by default. In the shell that starts "
        f'the camera driver, run first: export {names}'
    )


def resolve_reliability(
    node: Node, topic: str, requested: ImageReliability | str
) -> ReliabilityPolicy | None:
    """Return the reliability to subscribe with; None: auto, and no publisher is known yet.

    `topic` is the name before remapping. auto takes reliable where every publisher offers it,
    because one best-effort publisher would be incompatible with a reliable subscription.
    """
    requested = ImageReliability(requested)
    if requested is ImageReliability.RELIABLE:
        return ReliabilityPolicy.RELIABLE
    if requested is ImageReliability.BEST_EFFORT:
        return ReliabilityPolicy.BEST_EFFORT
    publishers = node.get_publishers_info_by_topic(topic)
    if not publishers:
        return None
    offers = {publisher.qos_profile.reliability for publisher in publishers}
    reliable = offers == {ReliabilityPolicy.RELIABLE}
    return ReliabilityPolicy.RELIABLE if reliable else ReliabilityPolicy.BEST_EFFORT


class ImageSubscription:
    """Subscribe to images with depth 1, follow what the publishers offer, count what is lost.

    Before a publisher is known, auto subscribes best effort, which matches every publisher; the
    subscription is made again whenever the publishers that come or go ask for another choice.
    Once the last one has gone, the choice stays: a camera that restarts finds it as it was.

    Attributes:
        reliability: what it subscribes with now.
        lost: images that the transport says it lost; None where the RMW cannot tell (Humble).

    """

    def __init__(
        self,
        node: Node,
        message_type: type,
        topic: str,
        callback: Callable[[Any], None],
        reliability: ImageReliability | str = ImageReliability.AUTO,
        **options: Any,
    ) -> None:
        """Subscribe; `options` go to Node.create_subscription (callback_group, raw)."""
        self._node = node
        self._topic = topic
        self._requested = ImageReliability(reliability)
        self._arguments = (message_type, topic, callback)
        self._options = options
        self.lost: int | None = 0
        self.reliability = self._resolve() or ReliabilityPolicy.BEST_EFFORT
        self._subscription = self._subscribe()
        self._timer = None
        if self._requested is ImageReliability.AUTO:
            # A steady clock: the choice must also follow while simulated time stands still.
            self._timer = node.create_timer(
                DECIDE_PERIOD_S, self._follow, clock=Clock(clock_type=ClockType.STEADY_TIME)
            )

    def destroy(self) -> None:
        """Unsubscribe; the node stays."""
        if self._timer is not None:
            self._node.destroy_timer(self._timer)
        self._node.destroy_subscription(self._subscription)

    def _resolve(self) -> ReliabilityPolicy | None:
        return resolve_reliability(self._node, self._topic, self._requested)

    def _follow(self) -> None:
        wanted = self._resolve()
        if wanted in (None, self.reliability):
            return
        self.reliability = wanted
        self._node.destroy_subscription(self._subscription)
        self._subscription = self._subscribe()
        self._node.get_logger().info(
            f'Subscribed to {self._subscription.topic_name} {wanted.name.lower()}, '
            'as its publishers offer.'
        )

    def _subscribe(self) -> Subscription:
        reliable = self.reliability == ReliabilityPolicy.RELIABLE
        qos = IMAGE_RELIABLE if reliable else IMAGE_BEST_EFFORT
        try:
            return self._node.create_subscription(
                *self._arguments,
                qos,
                event_callbacks=SubscriptionEventCallbacks(message_lost=self._on_lost),
                **self._options,
            )
        except UnsupportedEventTypeError:
            self.lost = None
            return self._node.create_subscription(*self._arguments, qos, **self._options)

    def _on_lost(self, event: Any) -> None:
        self.lost = (self.lost or 0) + event.total_count_change
        if self.lost >= FEWEST_TO_WARN:
            self._node.get_logger().warning(
                f'The transport has lost {self.lost} images of {self._subscription.topic_name}. '
                + remedy(),
                throttle_duration_sec=WARN_PERIOD_S,
            )
