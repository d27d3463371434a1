# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""A camera's frames while parameters change, and once the context is gone (Ctrl-C)."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from rclpy.context import Context
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from sensor_msgs.msg import Image

from hydranet_ros.deploy.engine import Timings
from hydranet_ros.outputs import DEPTH
from hydranet_ros.outputs import Look
from hydranet_ros.outputs import SEMANTIC
from hydranet_ros.outputs import SEMANTIC_COLOR
from hydranet_ros.perception import Perception
from hydranet_ros.prediction_filter import PredictionFilter
from hydranet_ros.ros.answering import FrameAnswerer
from hydranet_ros.ros.batch import predict_batch
from hydranet_ros.ros.calibration import Calibration
from hydranet_ros.ros.frames import AnswerRules
from hydranet_ros.ros.frames import DecodedFrame
from hydranet_ros.ros.frames import Frame
from hydranet_ros.ros.incompatible_qos import IncompatibleQos
from hydranet_ros.ros.publishers import OutputPublishers
from hydranet_ros.zoo import load_card
from hydranet_ros.zoo.card_types import Task
from test.ros.bench import ENGINE
from test.ros.bench import image
from test.ros.bench import picture
from test.ros.conftest import enter_next_domain
from test.ros.conftest import wait_until
from test.ros.test_points import info


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
    tasks = frozenset({Task.SEMANTIC, Task.DEPTH})
    look = Look(card.palette(), 0.5, 0.0, 50.0, 90)
    answerer.rules = AnswerRules(tasks, frozenset(), PredictionFilter(card.classes), look)
    answerer.offer(tasks, ())
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
    frame = Frame(image(rgb), 0.0)
    decoded = DecodedFrame(frame, answerer.rules, rgb, watched, False, None, 0.0)
    prediction = answerer.buffers({'labels'}, decoded)
    node.context.shutdown()
    assert not answerer.publish(decoded, prediction, Timings(0.0, 0.0, 0.0), 0.0)


def test_other_errors_are_those_of_the_frame(answerer: FrameAnswerer) -> None:
    rgb = picture()
    rules = replace(answerer.rules, look=None)
    frame = Frame(image(rgb), 0.0)
    decoded = DecodedFrame(frame, rules, rgb, (SEMANTIC_COLOR,), False, None, 0.0)
    prediction = answerer.buffers({'labels'}, decoded)
    with pytest.raises(AttributeError):
        answerer.publish(decoded, prediction, Timings(0.0, 0.0, 0.0), 0.0)


@pytest.fixture(scope='module')
def perception() -> Iterator[Perception]:
    with Perception.load(**ENGINE) as loaded:
        yield loaded


def listen(node: Node, answerer: FrameAnswerer, *topics: str) -> dict[str, list[Image]]:
    """Offer all tasks there are, and note what comes on these topics."""
    answerer.offer(frozenset(Task), ())
    received: dict[str, list[Image]] = {topic: [] for topic in topics}
    for topic, messages in received.items():
        node.create_subscription(Image, topic, messages.append, 10)
    return received


def receive(node: Node, messages: list[Image]) -> np.ndarray:
    executor = SingleThreadedExecutor(context=node.context)
    executor.add_node(node)
    wait_until(lambda: executor.spin_once(timeout_sec=0.05) or messages, 'message')
    executor.shutdown()
    return np.frombuffer(messages[-1].data, np.uint8)


def limited(answerer: FrameAnswerer, threshold: float) -> AnswerRules:
    return replace(answerer.rules, limits=PredictionFilter(confidence_threshold=threshold))


@pytest.mark.parametrize(('before', 'after'), [(0.0, 1.0), (1.0, 0.0)])
def test_limits_that_come_during_a_prediction_are_for_the_next_frame(
    node: Node, answerer: FrameAnswerer, perception: Perception, before: float, after: float
) -> None:
    received = listen(node, answerer, 'semantic')['semantic']
    for threshold in (before, after):
        answerer.rules = limited(answerer, threshold)
        decoded = answerer.read(Frame(image(picture()), 0.0), None)
        assert decoded is not None
        (prediction,) = predict_batch(perception, [(answerer, decoded)])
        answerer.rules = limited(answerer, after)
        assert answerer.publish(decoded, prediction, Timings(), 0.0)
        labels = receive(node, received)
        received.clear()
        assert (labels == 255).any() == (threshold == 1.0)


def test_frames_of_a_batch_may_have_limits_before_and_after_a_change(
    node: Node, answerer: FrameAnswerer, perception: Perception
) -> None:
    listen(node, answerer, 'semantic', 'depth')
    both = answerer.read(Frame(image(picture()), 0.0), None)
    assert both is not None
    depth = replace(both, watched=(DEPTH,), rules=limited(answerer, 0.5))
    labels = replace(both, watched=(SEMANTIC,))
    batch = [(answerer, depth), (answerer, labels)]
    for (_, decoded), prediction in zip(batch, predict_batch(perception, batch), strict=True):
        assert answerer.publish(decoded, prediction, Timings(), 0.0)


def test_normals_that_are_taken_back_during_a_prediction_are_those_of_the_frame(
    node: Node, answerer: FrameAnswerer, perception: Perception
) -> None:
    received = listen(node, answerer, 'normals')['normals']
    answerer.calibration.newest = info()
    computed = replace(answerer.rules, derived=frozenset({Task.NORMALS}))
    published = []
    for number, later in ((1, computed), (2, answerer.rules), (2, computed)):
        answerer.rules = computed
        decoded = answerer.read(Frame(image(picture(number)), 0.0), None)
        assert decoded is not None
        (prediction,) = predict_batch(perception, [(answerer, decoded)])
        answerer.rules = later
        assert answerer.publish(decoded, prediction, Timings(), 0.0)
        published.append(receive(node, received).tobytes())
        received.clear()
    first, during, second = published
    assert first != during
    assert during == second
