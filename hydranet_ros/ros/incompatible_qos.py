# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Peers that hear or send nothing because the two ends ask for different qualities of service.

The RMW's events say that there is such a peer, the graph which one, and whether it still is.
"""

from collections.abc import Callable
from collections.abc import Iterator
from typing import Any

from rclpy.node import Node
from rclpy.publisher import Publisher
from rclpy.qos import DurabilityPolicy
from rclpy.qos import LivelinessPolicy
from rclpy.qos import QoSPolicyKind
from rclpy.qos import QoSProfile
from rclpy.qos import ReliabilityPolicy
from rclpy.topic_endpoint_info import TopicEndpointInfo

from hydranet_ros.ros.health import Reason

try:
    from rclpy.event_handler import PublisherEventCallbacks
    from rclpy.event_handler import UnsupportedEventTypeError
except ImportError:  # Humble
    from rclpy.qos_event import PublisherEventCallbacks
    from rclpy.qos_event import UnsupportedEventTypeError

# The event may come before the graph names the peer.
LOOKS_WITHOUT_PEER = 5
_ADVICE = {
    QoSPolicyKind.RELIABILITY: 'best_effort',
    QoSPolicyKind.DURABILITY: 'volatile',
    QoSPolicyKind.DEADLINE: 'the default',
    QoSPolicyKind.LIVELINESS: 'automatic',
}
_INPUT_ADVICE = 'Set the parameter image_reliability to auto.'


class IncompatibleQos:
    """Note the events of the node's endpoints; all methods belong to the executor's thread."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._noted: dict[tuple[str, bool], int] = {}

    def create_publisher(self, message_type: type, topic: str, qos: QoSProfile) -> Publisher:
        """Create a publisher of the node whose events are noted."""
        note = self.callback(self._node.resolve_topic_name(topic), is_input=False)
        try:
            return self._node.create_publisher(
                message_type,
                topic,
                qos,
                event_callbacks=PublisherEventCallbacks(incompatible_qos=note),
            )
        except UnsupportedEventTypeError:
            return self._node.create_publisher(message_type, topic, qos)

    def callback(self, topic: str, is_input: bool) -> Callable[[Any], None]:
        """Return what to call with the events of this topic (its name after remapping)."""

        def note(event: Any) -> None:
            self._noted[topic, is_input] = LOOKS_WITHOUT_PEER

        return note

    def look(self) -> Iterator[Reason]:
        """Say which peers are kept out now; an image topic that none can serve is fatal."""
        for (topic, is_input), left in list(self._noted.items()):
            peers = self._peers(topic, is_input)
            kept_out = [(peer, policies) for peer, policies in peers if policies]
            if not kept_out and left <= 1:
                del self._noted[topic, is_input]
                continue
            self._noted[topic, is_input] = LOOKS_WITHOUT_PEER if kept_out else left - 1
            for peer, policies in kept_out:
                sentence = _of_input if is_input else _of_output
                yield Reason(
                    ('qos', topic, is_input, _name(peer)),
                    sentence(topic, peer, policies),
                    fatal=is_input and len(kept_out) == len(peers),
                )

    def _peers(
        self, topic: str, is_input: bool
    ) -> list[tuple[TopicEndpointInfo, list[QoSPolicyKind]]]:
        """Return the peers on a topic, each with the policies that keep it out."""
        senders = self._node.get_publishers_info_by_topic(topic)
        takers = self._node.get_subscriptions_info_by_topic(topic)
        peers, own = (senders, takers) if is_input else (takers, senders)
        ours = next(
            (one for one in own if _name(one) == self._node.get_fully_qualified_name()), None
        )
        if ours is None:
            return []
        return [
            (
                peer,
                missing(
                    (peer if is_input else ours).qos_profile,
                    (ours if is_input else peer).qos_profile,
                ),
            )
            for peer in peers
        ]


def missing(offered: QoSProfile, asked: QoSProfile) -> list[QoSPolicyKind]:
    """Return the policies in which a subscription asks for more than a publisher offers.

    As DDS 1.4, section 2.2.3 defines them; for profiles from the graph, which state no default.
    """
    wrong = {
        QoSPolicyKind.RELIABILITY: asked.reliability == ReliabilityPolicy.RELIABLE
        and offered.reliability == ReliabilityPolicy.BEST_EFFORT,
        QoSPolicyKind.DURABILITY: asked.durability == DurabilityPolicy.TRANSIENT_LOCAL
        and offered.durability == DurabilityPolicy.VOLATILE,
        QoSPolicyKind.DEADLINE: asked.deadline < offered.deadline,
        QoSPolicyKind.LIVELINESS: asked.liveliness_lease_duration
        < offered.liveliness_lease_duration
        or (
            asked.liveliness == LivelinessPolicy.MANUAL_BY_TOPIC
            and offered.liveliness == LivelinessPolicy.AUTOMATIC
        ),
    }
    return [policy for policy, is_wrong in wrong.items() if is_wrong]


def _of_input(topic: str, peer: TopicEndpointInfo, policies: list[QoSPolicyKind]) -> str:
    return (
        f'No image of {_name(peer)} can come on {topic}: it offers less {_words(policies)} than '
        f'this node asks for. {_INPUT_ADVICE}'
    )


def _of_output(topic: str, peer: TopicEndpointInfo, policies: list[QoSPolicyKind]) -> str:
    advice = ', '.join(f'{one.name.lower()} {_ADVICE[one]}' for one in policies)
    return (
        f'{_name(peer)} cannot receive {topic}: it asks for more {_words(policies)} than this '
        f'node offers. Give its subscription: {advice}.'
    )


def _words(policies: list[QoSPolicyKind]) -> str:
    return ' and '.join(one.name.lower() for one in policies)


def _name(endpoint: TopicEndpointInfo) -> str:
    return f'{endpoint.node_namespace.rstrip("/")}/{endpoint.node_name}'
