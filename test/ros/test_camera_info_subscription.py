# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""camera_info of latched, volatile and changing publishers, over real DDS."""

import pytest
from rclpy.qos import DurabilityPolicy
from rclpy.qos import QoSProfile
from rclpy.qos import ReliabilityPolicy
from sensor_msgs.msg import CameraInfo

from hydranet_ros.ros.camera_info_subscription import CameraInfoSubscription
from test.ros.conftest import wait_until

VOLATILE = QoSProfile(depth=1)
BEST_EFFORT = QoSProfile(depth=1, reliability=ReliabilityPolicy.BEST_EFFORT)
LATCHED = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
UNRELIABLY_LATCHED = QoSProfile(
    depth=1,
    durability=DurabilityPolicy.TRANSIENT_LOCAL,
    reliability=ReliabilityPolicy.BEST_EFFORT,
)
QOS = {
    'volatile': VOLATILE,
    'best effort': BEST_EFFORT,
    'latched': LATCHED,
    'unreliably latched': UNRELIABLY_LATCHED,
}


@pytest.fixture
def camera(graph):
    return graph.node('camera')


@pytest.fixture
def widths():
    """The widths of the calibrations that came, in order."""
    return []


@pytest.fixture
def subscription(graph, widths):
    node = graph.node('receiver')
    return lambda: CameraInfoSubscription(
        node, 'camera_info', lambda message: widths.append(message.width)
    )


def delivers(publisher, widths, width):
    wait_until(publisher.get_subscription_count, 'match')
    publisher.publish(CameraInfo(width=width))
    wait_until(lambda: width in widths, f'calibration {width}')


@pytest.mark.parametrize('kind', QOS)
@pytest.mark.parametrize('first', ['camera', 'subscription'])
def test_each_publisher_is_heard_once_for_each_message(camera, subscription, widths, kind, first):
    if first == 'subscription':
        subscribed = subscription()
    publisher = camera.create_publisher(CameraInfo, 'camera_info', QOS[kind])
    if first == 'camera':
        subscribed = subscription()
    latched = kind == 'latched'
    wanted = DurabilityPolicy.TRANSIENT_LOCAL if latched else DurabilityPolicy.VOLATILE
    wait_until(lambda: list(subscribed._subscriptions) == [wanted], 'subscription')
    wait_until(lambda: publisher.get_subscription_count() == 1, 'match')
    for width in (1, 2, 3):
        delivers(publisher, widths, width)
    assert widths == [1, 2, 3]


@pytest.mark.parametrize('first', ['camera', 'subscription'])
def test_what_was_published_before_is_received(camera, subscription, widths, first):
    if first == 'subscription':
        subscription()
    camera.create_publisher(CameraInfo, 'camera_info', LATCHED).publish(CameraInfo(width=7))
    if first == 'camera':
        subscription()
    wait_until(lambda: 7 in widths, 'the latched calibration')


def test_latched_and_volatile_publishers_are_both_heard(camera, subscription, widths):
    camera.create_publisher(CameraInfo, 'camera_info', LATCHED).publish(CameraInfo(width=7))
    subscribed = subscription()
    other = camera.create_publisher(CameraInfo, 'camera_info', VOLATILE)
    delivers(other, widths, 8)
    wait_until(lambda: 7 in widths, 'the latched calibration')
    camera.destroy_publisher(other)
    wait_until(
        lambda: list(subscribed._subscriptions) == [DurabilityPolicy.TRANSIENT_LOCAL],
        'the latched subscription alone',
    )


def test_a_camera_that_restarts_is_found_again(camera, subscription, widths):
    subscribed = subscription()
    latched = [DurabilityPolicy.TRANSIENT_LOCAL]
    for width in (1, 2):
        publisher = camera.create_publisher(CameraInfo, 'camera_info', LATCHED)
        publisher.publish(CameraInfo(width=width))
        wait_until(lambda width=width: width in widths, f'calibration {width}')
        wait_until(lambda: list(subscribed._subscriptions) == latched, 'latched subscription')
        camera.destroy_publisher(publisher)
        wait_until(lambda: not camera.count_publishers('camera_info'), 'end of the camera')
    subscribed._follow()
    assert list(subscribed._subscriptions) == latched


def test_destroy_takes_the_subscriptions_away(camera, subscription):
    publisher = camera.create_publisher(CameraInfo, 'camera_info', LATCHED)
    subscribed = subscription()
    wait_until(publisher.get_subscription_count, 'match')
    subscribed.destroy()
    wait_until(lambda: not publisher.get_subscription_count(), 'end of the match')
