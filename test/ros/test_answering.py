# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""A camera's frames when the context is gone, as it is after Ctrl-C, before the node is told."""

from collections.abc import Iterator

import pytest
from rclpy.context import Context
from rclpy.node import Node

from hydranet_ros.deploy.engine import Timings
from hydranet_ros.outputs import Look
from hydranet_ros.outputs import SEMANTIC
from hydranet_ros.outputs import SEMANTIC_COLOR
from hydranet_ros.prediction_filter import PredictionFilter
from hydranet_ros.ros.answering import FrameAnswerer
from hydranet_ros.ros.calibration import Calibration
from hydranet_ros.ros.frames import DecodedFrame
from hydranet_ros.ros.frames import Frame
from hydranet_ros.ros.incompatible_qos import IncompatibleQos
from hydranet_ros.ros.publishers import OutputPublishers
from hydranet_ros.zoo import load_card
from hydranet_ros.zoo.card_types import Task
from test.ros.bench import image
from test.ros.bench import picture
from test.ros.conftest import enter_next_domain


@pytest.fixture
def node() -> Iterator[Node]:
    enter_next_domain()
    context = Context()
    context.init()
    node = Node('perception', context=context)
    yield node
    node.destroy_node()
    context.try_shutdown()


@pytest.fixture
def answerer(node: Node) -> FrameAnswerer:
    publishers = OutputPublishers(node, IncompatibleQos(node))
    answerer = FrameAnswerer(
        node, publishers, Calibration(node.get_logger(), '/image', '/camera_info')
    )
    card = load_card('street')
    answerer.tasks = frozenset({Task.SEMANTIC, Task.DEPTH})
    answerer.filter = PredictionFilter(card.classes, (), 0.0, 0.0, 0.0)
    answerer.look = Look(card.palette(), 0.5, 0.0, 0.0, 90)
    answerer.offer(answerer.tasks, ())
    answerer.set_active(True)
    return answerer


def test_a_frame_that_is_read_then_is_wanted_by_nobody(
    node: Node, answerer: FrameAnswerer
) -> None:
    rgb = picture()
    node.context.shutdown()
    decoded = answerer.read(Frame(image(rgb), 0.0), None)
    assert decoded is not None
    assert not decoded.wanted
    assert answerer.read(Frame(image(rgb), 0.0), rgb.shape[:2]) is None


def test_a_frame_that_is_answered_then_is_not_published(
    node: Node, answerer: FrameAnswerer
) -> None:
    rgb = picture()
    watched = (SEMANTIC, SEMANTIC_COLOR)
    decoded = DecodedFrame(Frame(image(rgb), 0.0), rgb, watched, False, None, 0.0)
    prediction = answerer.buffers({'labels'}, decoded)
    node.context.shutdown()
    assert not answerer.publish(decoded, prediction, Timings(0.0, 0.0, 0.0), 0.0)


def test_other_errors_are_those_of_the_frame(answerer: FrameAnswerer) -> None:
    rgb = picture()
    decoded = DecodedFrame(Frame(image(rgb), 0.0), rgb, (SEMANTIC_COLOR,), False, None, 0.0)
    prediction = answerer.buffers({'labels'}, decoded)
    del answerer.look
    with pytest.raises(AttributeError):
        answerer.publish(decoded, prediction, Timings(0.0, 0.0, 0.0), 0.0)
