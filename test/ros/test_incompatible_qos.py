# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Peers that ask for more than is offered, over real DDS: named, with what to do, until they go.

Run on Fast DDS alone. Deadlines are as the graph reports them.
"""

import pytest
from rclpy.duration import Duration
from rclpy.qos import DurabilityPolicy
from rclpy.qos import LivelinessPolicy
from rclpy.qos import QoSProfile
from rclpy.qos import ReliabilityPolicy
from sensor_msgs.msg import Image

from hydranet_ros.ros import subscription
from hydranet_ros.ros.incompatible_qos import IncompatibleQos
from hydranet_ros.ros.transport import OUTPUT
from test.ros.conftest import wait_until

SubscriptionEventCallbacks = subscription.SubscriptionEventCallbacks

LATCHED = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
FAST = QoSProfile(depth=1, deadline=Duration(seconds=0.1))
MANUAL = QoSProfile(depth=1, liveliness=LivelinessPolicy.MANUAL_BY_TOPIC)


@pytest.fixture
def node(graph):
    return graph.node('perception')


@pytest.fixture
def peer(graph):
    return graph.node('viewer')


def texts(watch):
    return [one.text for one in watch.look()]


@pytest.mark.parametrize(
    ('asked', 'words'),
    [
        (LATCHED, ('more durability', 'durability volatile')),
        (FAST, ('more deadline', 'deadline the default')),
        (MANUAL, ('more liveliness', 'liveliness automatic')),
    ],
)
def test_a_subscriber_that_asks_for_more_is_named_until_it_goes(node, peer, asked, words):
    watch = IncompatibleQos(node)
    watch.create_publisher(Image, 'semantic', OUTPUT)
    peer.create_subscription(Image, 'semantic', lambda _: None, OUTPUT)
    assert not texts(watch)
    other = peer.create_subscription(Image, 'semantic', lambda _: None, asked)
    (text,) = wait_until(lambda: texts(watch), 'reason')
    assert text.startswith('/viewer cannot receive /semantic: it asks for ')
    for word in words:
        assert word in text
    assert not next(watch.look()).fatal
    peer.destroy_subscription(other)
    wait_until(lambda: not texts(watch), 'end of the reason')


def test_an_input_that_nobody_can_serve_is_fatal_until_somebody_can(node, peer):
    watch = IncompatibleQos(node)
    note = watch.callback('/image', is_input=True)
    callbacks = SubscriptionEventCallbacks(incompatible_qos=note)
    node.create_subscription(Image, 'image', lambda _: None, OUTPUT, event_callbacks=callbacks)
    offered = QoSProfile(depth=1, reliability=ReliabilityPolicy.BEST_EFFORT)
    camera = peer.create_publisher(Image, 'image', offered)
    (reason,) = wait_until(lambda: list(watch.look()), 'reason')
    assert reason.fatal
    assert 'No image of /viewer can come on /image' in reason.text
    assert 'less reliability than' in reason.text
    assert 'image_reliability to auto' in reason.text
    peer.create_publisher(Image, 'image', OUTPUT)
    wait_until(lambda: not next(watch.look()).fatal, 'second camera')
    peer.destroy_publisher(camera)
    wait_until(lambda: not texts(watch), 'end of the reason')
