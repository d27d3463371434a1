# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""What `image_reliability` chooses, as publishers come, differ and go.

Not verified: loss between processes (test_transport.py).
"""

import pytest
from rclpy.qos import ReliabilityPolicy
from sensor_msgs.msg import Image

from hydranet_ros.ros import subscription as subscription_module
from hydranet_ros.ros.subscription import ImageSubscription
from hydranet_ros.ros.subscription import UnsupportedEventTypeError
from hydranet_ros.ros.transport import IMAGE_BEST_EFFORT
from hydranet_ros.ros.transport import IMAGE_RELIABLE
from test.ros.conftest import wait_until


@pytest.fixture
def camera(graph):
    return graph.node('camera')


@pytest.fixture
def subscribe(graph):
    """Subscribe in a node of its own; the images go to `.received`."""
    node = graph.node('receiver')

    def make(reliability):
        received: list[Image] = []
        subscription = ImageSubscription(node, Image, 'image', received.append, reliability)
        subscription.received = received
        return subscription

    return make


def matched(publisher, count=1):
    wait_until(lambda: publisher.get_subscription_count() == count, 'match')


def delivers(publisher, subscription):
    seen = len(subscription.received)
    publisher.publish(Image())
    wait_until(lambda: len(subscription.received) > seen, 'image')


@pytest.mark.parametrize(
    ('offered', 'chosen'),
    [
        (IMAGE_RELIABLE, ReliabilityPolicy.RELIABLE),
        (IMAGE_BEST_EFFORT, ReliabilityPolicy.BEST_EFFORT),
    ],
)
@pytest.mark.parametrize('first', ['camera', 'subscription'])
def test_auto_takes_what_the_camera_offers(camera, subscribe, offered, chosen, first):
    if first == 'camera':
        publisher = camera.create_publisher(Image, 'image', offered)
        subscription = subscribe('auto')
    else:
        subscription = subscribe('auto')
        publisher = camera.create_publisher(Image, 'image', offered)
    matched(publisher)
    delivers(publisher, subscription)
    assert subscription.reliability == chosen


def test_auto_gives_way_to_a_best_effort_camera_and_comes_back(camera, subscribe):
    reliable = camera.create_publisher(Image, 'image', IMAGE_RELIABLE)
    subscription = subscribe('auto')
    matched(reliable)
    other = camera.create_publisher(Image, 'image', IMAGE_BEST_EFFORT)
    matched(other)
    assert subscription.reliability == ReliabilityPolicy.BEST_EFFORT
    delivers(other, subscription)
    matched(reliable)
    delivers(reliable, subscription)
    camera.destroy_publisher(other)
    wait_until(
        lambda: subscription.reliability == ReliabilityPolicy.RELIABLE, 'reliable subscription'
    )
    matched(reliable)
    delivers(reliable, subscription)


def test_a_camera_that_restarts_is_found_again(camera, subscribe):
    subscription = subscribe('auto')
    for _ in range(2):
        publisher = camera.create_publisher(Image, 'image', IMAGE_RELIABLE)
        matched(publisher)
        delivers(publisher, subscription)
        camera.destroy_publisher(publisher)
        wait_until(lambda: not camera.count_publishers('image'), 'end of the camera')
    assert subscription.lost == 0


def test_losses_are_kept_where_the_middleware_has_no_such_event(camera, subscribe, monkeypatch):
    def unsupported(**_):
        raise UnsupportedEventTypeError

    monkeypatch.setattr(subscription_module, 'SubscriptionEventCallbacks', unsupported)
    reliable = camera.create_publisher(Image, 'image', IMAGE_RELIABLE)
    subscription = subscribe('auto')
    assert subscription.lost is None
    matched(reliable)
    subscription._losses.on_message(1)
    subscription._losses.on_message(4)
    camera.create_publisher(Image, 'image', IMAGE_BEST_EFFORT)
    wait_until(
        lambda: subscription.reliability == ReliabilityPolicy.BEST_EFFORT, 'new subscription'
    )
    assert subscription.lost == 2


@pytest.mark.parametrize('fixed', ['reliable', 'best_effort'])
def test_a_fixed_choice_is_kept(camera, subscribe, fixed):
    offered = IMAGE_RELIABLE if fixed == 'best_effort' else IMAGE_BEST_EFFORT
    camera.create_publisher(Image, 'image', offered)
    subscription = subscribe(fixed)
    wait_until(lambda: camera.count_subscribers('image'), 'subscription')
    reliable = camera.create_publisher(Image, 'image', IMAGE_RELIABLE)
    matched(reliable)
    delivers(reliable, subscription)
    assert subscription.reliability.name.lower() == fixed


def test_an_unknown_choice_is_refused(subscribe):
    with pytest.raises(ValueError, match='sometimes'):
        subscribe('sometimes')


def test_destroy_takes_the_subscription_away(camera, subscribe):
    publisher = camera.create_publisher(Image, 'image', IMAGE_RELIABLE)
    subscription = subscribe('auto')
    matched(publisher)
    subscription.destroy()
    matched(publisher, 0)
