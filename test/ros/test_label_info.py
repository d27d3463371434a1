# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""semantic/label_info: what is said, and that a missing vision_msgs is said once.

vision_msgs is no package that the tests can install: doubles stand for its two messages, so
publication over DDS is not verified.
"""

from dataclasses import dataclass
from dataclasses import field
import sys
from types import ModuleType
from types import SimpleNamespace

import pytest
from rclpy.qos import DurabilityPolicy
from rclpy.qos import ReliabilityPolicy
from std_msgs.msg import Header

from hydranet_ros.ros.label_info import LabelInfoPublisher
from hydranet_ros.zoo import load_card
from test.ros.bench import Bench

CLASSES = load_card('street').classes


@dataclass
class VisionClass:
    class_id: int = 0
    class_name: str = ''


@dataclass
class LabelInfo:
    header: Header = field(default_factory=Header)
    class_map: list[VisionClass] = field(default_factory=list)
    threshold: float = 0.0


class OneTopic:
    """The real node, but for its publisher, which notes what is published."""

    def __init__(self, node):
        self._node = node
        self.created, self.published, self.destroyed = [], [], []

    def create_publisher(self, *arguments):
        self.created.append(arguments)
        return SimpleNamespace(publish=self.published.append)

    def destroy_publisher(self, publisher):
        self.destroyed.append(publisher)

    def __getattr__(self, name):
        return getattr(self._node, name)


@pytest.fixture
def node(graph, monkeypatch):
    messages = ModuleType('vision_msgs.msg')
    messages.LabelInfo, messages.VisionClass = LabelInfo, VisionClass
    monkeypatch.setitem(sys.modules, 'vision_msgs.msg', messages)
    return OneTopic(graph.node('one'))


def test_it_is_latched_and_names_every_class(node):
    publisher = LabelInfoPublisher(node, CLASSES)
    publisher.publish(0.25)
    ((kind, topic, qos),) = node.created
    assert (kind, topic) == (LabelInfo, 'semantic/label_info')
    assert qos.durability == DurabilityPolicy.TRANSIENT_LOCAL
    assert qos.reliability == ReliabilityPolicy.RELIABLE
    (message,) = node.published
    assert message.threshold == 0.25
    assert message.header.stamp.sec > 0
    names = [one.name for one in CLASSES]
    assert message.class_map == [VisionClass(*pair) for pair in enumerate(names)]
    publisher.destroy()
    assert len(node.destroyed) == 1


def test_it_is_published_again_when_the_threshold_changes(node):
    publisher = LabelInfoPublisher(node, CLASSES)
    for threshold in (0.0, 0.0, 0.5):
        publisher.publish(threshold)
    assert [one.threshold for one in node.published] == [0.0, 0.5]


def test_a_model_without_classes_has_no_such_topic(node):
    publisher = LabelInfoPublisher(node, ())
    publisher.publish(0.0)
    publisher.destroy()
    assert node.created == []


def test_a_missing_vision_msgs_is_said_once(graph, logs, monkeypatch):
    monkeypatch.setitem(sys.modules, 'vision_msgs', None)
    monkeypatch.setitem(sys.modules, 'vision_msgs.msg', None)
    bench = Bench(graph)
    bench.start()
    assert bench.set_parameter('confidence_threshold', 0.5).successful
    logs.wait_for('vision_msgs is not installed')
    assert len([line for line in logs.lines if 'vision_msgs is not installed' in line]) == 1
