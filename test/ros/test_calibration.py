# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Whose metres the node's depth is in: camera_info of every kind, to the real node and network.

Not verified: that the metres are true.
"""

import numpy as np
import pytest
from rclpy.qos import DurabilityPolicy
from rclpy.qos import QoSProfile
from sensor_msgs.msg import CameraInfo
from sensor_msgs.msg import PointCloud2

from hydranet_ros.camera_info import fits
from hydranet_ros.camera_info import focal_length
from hydranet_ros.camera_info import image_size
from hydranet_ros.camera_info import is_rectified
from hydranet_ros.perception import Perception
from hydranet_ros.ros import calibration as calibration_module
from hydranet_ros.ros import health
from test.lens import write_lens_card
from test.ros.bench import Bench
from test.ros.bench import ENGINE
from test.ros.bench import HEIGHT
from test.ros.bench import image
from test.ros.bench import picture
from test.ros.bench import WIDTH
from test.ros.conftest import wait_until

F = 35.0
LATCHED = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)


def info(fx: float = 2 * F, height: int = HEIGHT, width: int = WIDTH, **more) -> CameraInfo:
    message = CameraInfo(height=height, width=width, **more)
    message.k[0] = fx
    return message


def with_roi(message: CameraInfo, height: int, width: int) -> CameraInfo:
    message.roi.height, message.roi.width = height, width
    message.roi.x_offset, message.roi.y_offset = 11, 7
    message.roi.do_rectify = True
    return message


@pytest.mark.parametrize(
    ('message', 'height', 'width', 'fx'),
    [
        (info(700.0, 720, 1280), 720, 1280, 700.0),
        (info(700.0, 720, 1280, binning_x=1, binning_y=1), 720, 1280, 700.0),
        (info(700.0, 720, 1280, binning_x=2, binning_y=2), 360, 640, 350.0),
        (info(700.0, 720, 1280, binning_x=4, binning_y=2), 360, 320, 175.0),
        (info(700.0, 721, 1283, binning_x=2, binning_y=2), 360, 641, 350.0),
        (info(700.0, 721, 1283, binning_x=2, binning_y=2), 361, 642, 350.0),
        (with_roi(info(700.0, 720, 1280), 240, 320), 240, 320, 700.0),
        (with_roi(info(700.0, 720, 1280, binning_x=2, binning_y=2), 240, 320), 120, 160, 350.0),
    ],
)
def test_binning_divides_and_a_roi_cuts(message, height, width, fx):
    assert fits(message, height, width)
    assert not fits(message, height, width + 1 + max(message.binning_x, 1))
    assert not fits(message, height - 1, width) or image_size(message)[0] % 1
    assert focal_length(message, rectified=False) == fx


def test_rectified_images_have_the_focal_length_of_p():
    message = info(700.0, 720, 1280, binning_x=2, binning_y=2)
    assert focal_length(message, rectified=True) == 350.0  # P is not set
    message.p[0] = 600.0
    assert focal_length(message, rectified=True) == 300.0
    assert focal_length(message, rectified=False) == 350.0
    assert is_rectified('/front/image_rect_color')
    assert is_rectified('image_rect')
    assert not is_rectified('/image_rect/image_raw')


@pytest.fixture
def lens(tmp_path):
    return str(write_lens_card(tmp_path, F))


def start(graph, model) -> Bench:
    bench = Bench(graph, model=model)
    bench.start()
    bench.listen('depth')
    return bench


def newest(bench) -> CameraInfo | None:
    return bench.stream.answerer.calibration.newest


def told(bench, message: CameraInfo) -> None:
    bench.show_info(message)
    wait_until(lambda: newest(bench) == message, 'camera_info')


def depth(bench, number: int) -> np.ndarray:
    """Show the picture for the numberth time, and return its depth."""
    bench.show_and_wait(image(picture()))
    message = bench.messages('depth', number)[number - 1]
    return np.frombuffer(bytes(message.data), np.float32).reshape(message.height, message.width)


def expected(lens, scale: float) -> np.ndarray:
    with Perception.load(lens, **ENGINE) as perception:
        metres = perception.predict(picture(), depth_scale=scale).depth
    assert np.nanmax(metres) > 0
    return metres


@pytest.mark.parametrize(
    'message',
    [
        info(2 * F),
        info(4 * F, 2 * HEIGHT, 2 * WIDTH, binning_x=2, binning_y=2),
        with_roi(info(2 * F, 3 * HEIGHT, 2 * WIDTH), HEIGHT, WIDTH),
    ],
    ids=['whole', 'binned', 'roi'],
)
def test_camera_info_makes_the_metres_the_cameras(graph, lens, logs, message):
    bench = start(graph, lens)
    bench.listen('depth/camera_info', message_type=CameraInfo)
    told(bench, message)
    np.testing.assert_array_equal(depth(bench, 1), expected(lens, 2.0))
    assert bench.messages('depth/camera_info', 1)[0].k[0] == message.k[0]
    bench.health_with(depth_scale='2')
    depth(bench, 2)
    logs.wait_for('2 times those of the canonical camera, as fx is 70 px at 93x61')
    assert len([line for line in logs.lines if 'canonical' in line]) == 1


def test_a_rectified_image_is_scaled_by_p(graph, lens, monkeypatch):
    monkeypatch.setattr(calibration_module, 'is_rectified', lambda topic: topic == '/image')
    bench = start(graph, lens)
    message = info(2 * F)
    message.p[0] = F / 2
    told(bench, message)
    np.testing.assert_array_equal(depth(bench, 1), expected(lens, 0.5))


def test_without_camera_info_it_is_said_once_after_a_while(graph, lens, logs, monkeypatch):
    bench = start(graph, lens)
    np.testing.assert_array_equal(depth(bench, 1), expected(lens, 1.0))
    bench.health_with(depth_scale='not known')
    assert not any('canonical camera' in line for line in logs.lines)
    monkeypatch.setattr(calibration_module, 'GRACE_S', 0.0)
    for number in (2, 3):
        depth(bench, number)
    logs.wait_for('No camera_info on /camera_info')
    said = [line for line in logs.lines if 'canonical camera, whose focal length is 35 px' in line]
    assert len(said) == 1
    assert 'WARN' in said[0]
    told(bench, info(2 * F))
    np.testing.assert_array_equal(depth(bench, 4), expected(lens, 2.0))


@pytest.mark.parametrize(
    ('message', 'reason'),
    [
        (info(0.0), 'not calibrated'),
        (info(2 * F, binning_x=2, binning_y=2), f'applied to {WIDTH}x{HEIGHT}, the images are'),
    ],
    ids=['uncalibrated', 'another size'],
)
def test_a_camera_info_that_does_not_help_says_so_at_once(graph, lens, logs, message, reason):
    bench = start(graph, lens)
    told(bench, message)
    for number in (1, 2):
        np.testing.assert_array_equal(depth(bench, number), expected(lens, 1.0))
    logs.wait_for(reason)
    assert len([line for line in logs.lines if 'canonical camera' in line]) == 1


def test_a_calibration_that_is_always_wrong_is_said_again_and_again(
    graph, lens, logs, monkeypatch
):
    bench = start(graph, lens)
    bench.listen('points', message_type=PointCloud2)
    for number in range(1, 5):
        told(bench, info(2 * F, width=(1 + number) * WIDTH))
        depth(bench, number)
    for what in ('points is not published: camera_info is for', 'depth is not scaled'):
        logs.wait_for(what)
        assert len([line for line in logs.lines if what in line]) == 1, 'other figures, one line'
    counted = bench.stream.answerer.calibration
    assert len(counted._troubles) == 2
    monkeypatch.setattr(health, 'LOG_AGAIN_S', 0.0)
    wait_until(
        lambda: len([line for line in logs.lines if 'points is not published' in line]) > 2,
        'the same once more',
    )


def test_a_model_without_focal_length_works_on_and_says_so(graph, tmp_path, logs):
    model = str(write_lens_card(tmp_path, None))
    bench = start(graph, model)
    told(bench, info(700.0))
    for number in (1, 2):
        np.testing.assert_array_equal(depth(bench, number), expected(model, 1.0))
    logs.wait_for('Camera_info cannot correct depth')
    assert len([line for line in logs.lines if 'training camera' in line]) == 1
    bench.health_with(depth_scale='not known')


def test_a_camera_info_published_once_before_the_start_is_received(graph, lens):
    driver = graph.node('driver')
    publisher = driver.create_publisher(CameraInfo, 'camera_info', LATCHED)
    publisher.publish(info(2 * F))
    bench = start(graph, lens)
    wait_until(lambda: newest(bench), 'the latched camera_info')
    np.testing.assert_array_equal(depth(bench, 1), expected(lens, 2.0))
    told(bench, info(F))  # the bench's own publisher is volatile, and heard as well
    np.testing.assert_array_equal(depth(bench, 2), expected(lens, 1.0))
