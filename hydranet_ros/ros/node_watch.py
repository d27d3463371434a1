# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""What the viewer follows of the node `perception`: its model, its diagnostics, its warnings."""

from collections.abc import Callable
from collections.abc import Sequence
from functools import partial
import importlib
import time
from typing import Any

from diagnostic_msgs.msg import DiagnosticArray
from rcl_interfaces.msg import Log
from rcl_interfaces.srv import GetParameters
from rclpy.node import Node
from rclpy.qos import DurabilityPolicy
from rclpy.qos import QoSProfile
from rclpy.qos import ReliabilityPolicy
from rclpy.task import Future

from hydranet_ros.errors import HydranetError
from hydranet_ros.outputs import LABEL_INFO
from hydranet_ros.ros.diagnostics import entries_of
from hydranet_ros.ros.diagnostics import TOPIC as DIAGNOSTICS
from hydranet_ros.ros.label_info import LATCHED
from hydranet_ros.ros.stamped_sets import nanoseconds
from hydranet_ros.viewer.health import NodeHealth
from hydranet_ros.viewer.meaning import named_classes
from hydranet_ros.zoo.card import DepthRange
from hydranet_ros.zoo.card import load_card
from hydranet_ros.zoo.card import SemanticClass

PERCEPTION = 'perception'
ROSOUT = '/rosout'
_LEVELS = {Log.WARN: 'WARN', Log.ERROR: 'ERROR', Log.FATAL: 'CRITICAL'}
_EARLIER_TOO = QoSProfile(
    depth=100,
    reliability=ReliabilityPolicy.RELIABLE,
    durability=DurabilityPolicy.TRANSIENT_LOCAL,
)

ANSWER_S = 5.0

Served = tuple[str, str]  # the entries model and domain
Describe = Callable[[Sequence[SemanticClass], DepthRange | None], None]


class NodeWatch:
    """Log the health of `perception`, and find the names and colours of its classes.

    They come from the model card that its parameters name, where this machine has it too, and
    else from label_info. describe: takes them, again when the model or its domain changes.
    """

    def __init__(self, node: Node, health: NodeHealth, describe: Describe, prefix: str) -> None:
        self._node, self._health, self._describe = node, health, describe
        full_name = f'{node.get_namespace().rstrip("/")}/{PERCEPTION}'
        self._status = full_name.lstrip('/')
        self._logger = self._status.replace('/', '.')
        self._known: Served | None = None
        self._asking: Future | None = None
        self._asked_at = 0.0
        self._card_classes: Sequence[SemanticClass] = ()
        self._depth: DepthRange | None = None
        self._parameters = node.create_client(GetParameters, f'{full_name}/get_parameters')
        node.create_subscription(DiagnosticArray, DIAGNOSTICS, self._on_diagnostics, 10)
        node.create_subscription(Log, ROSOUT, self._on_log, _EARLIER_TOO)
        try:
            messages: Any = importlib.import_module('vision_msgs.msg')
        except ImportError:
            return
        topic = f'{prefix}{LABEL_INFO}'
        node.create_subscription(messages.LabelInfo, topic, self._on_label_info, LATCHED)

    def _on_diagnostics(self, message: DiagnosticArray) -> None:
        entries = entries_of(message, self._status)
        if entries is None:
            return
        self._health.show(nanoseconds(message.header.stamp), entries)
        served = entries.get('model', ''), entries.get('domain', '')
        if served[0] and served != self._known:
            self._ask(served)

    def _ask(self, served: Served) -> None:
        """Ask for the parameters, unless the answer may still come."""
        now = time.monotonic()
        if self._asking is not None:
            if now - self._asked_at < ANSWER_S:
                return
            # A node that was killed does not answer.
            self._parameters.remove_pending_request(self._asking)
            self._asking = None
        if self._parameters.service_is_ready():
            request = GetParameters.Request(names=['model', 'domain'])
            self._asking, self._asked_at = self._parameters.call_async(request), now
            self._asking.add_done_callback(partial(self._on_parameters, served))

    def _on_parameters(self, served: Served, answer: Future) -> None:
        self._asking = None
        response = None if answer.cancelled() else answer.result()
        if response is None:
            return
        self._known = served
        model, domain = (one.string_value for one in response.values)
        try:
            card = load_card(model)
            chosen = card.select_domain(domain or None)
        except HydranetError as error:
            self._node.get_logger().warning(
                f'The node runs the model {model!r}, whose card is not here ({error}): classes '
                'have the names of label_info where that is published, and no range of depth.'
            )
            return
        name = chosen.name if chosen else None
        self._card_classes, self._depth = card.classes_of(name), card.depth_of(name)
        self._describe(self._card_classes, self._depth)

    def _on_label_info(self, message: Any) -> None:
        names = {int(one.class_id): str(one.class_name) for one in message.class_map}
        self._describe(named_classes(names, self._card_classes), self._depth)

    def _on_log(self, message: Log) -> None:
        if message.name == self._logger and message.level in _LEVELS:
            self._health.say(nanoseconds(message.stamp), _LEVELS[message.level], message.msg)
