# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The topic `points` of the real node: the pixels of its images, the metres of its depth.

That rays are right is tested without ROS.
"""

import numpy as np
import pytest
from sensor_msgs.msg import CameraInfo
from sensor_msgs.msg import PointCloud2

from hydranet_ros.camera_info import camera_model
from hydranet_ros.camera_model import CameraModel
from hydranet_ros.camera_model import Distortion
from hydranet_ros.errors import HydranetError
from hydranet_ros.perception import Perception
from hydranet_ros.point_cloud import POINT
from hydranet_ros.ros import calibration as calibration_module
from hydranet_ros.ros.cloud_publisher import cloud_fields
from hydranet_ros.sources import Intrinsics
from test.ros.bench import Bench
from test.ros.bench import ENGINE
from test.ros.bench import HEIGHT
from test.ros.bench import image
from test.ros.bench import picture
from test.ros.bench import WIDTH
from test.ros.conftest import wait_until

FX, FY, CX, CY = 80.0, 81.0, 45.5, 29.0


def info(height: int = HEIGHT, width: int = WIDTH, **more) -> CameraInfo:
    message = CameraInfo(height=height, width=width, **more)
    message.k = [FX, 0.0, CX, 0.0, FY, CY, 0.0, 0.0, 1.0]
    return message


@pytest.fixture
def bench(graph):
    bench = Bench(graph)
    bench.start()
    return bench


def calibrate(bench: Bench, message: CameraInfo) -> None:
    bench.show_info(message)
    calibration = bench.stream.answerer.calibration
    wait_until(lambda: calibration.newest == message, 'camera_info')


def points(message: PointCloud2) -> np.ndarray:
    return np.frombuffer(bytes(message.data), POINT).reshape(message.height, message.width)


def test_a_cloud_has_the_pixels_of_its_image(bench):
    bench.listen('points', message_type=PointCloud2)
    calibrate(bench, info())
    rgb, source = picture(3), image(picture(3), number=3)
    assert bench.show_and_wait(source).answered == 1
    cloud = bench.messages('points', 1)[0]
    assert cloud.header == source.header
    assert (cloud.height, cloud.width) == (HEIGHT, WIDTH)
    assert (cloud.point_step, cloud.row_step) == (20, 20 * WIDTH)
    assert not cloud.is_bigendian
    assert not cloud.is_dense
    assert cloud.fields == cloud_fields()
    assert [one.name for one in cloud.fields] == ['x', 'y', 'z', 'rgb', 'label', 'confidence']
    with Perception.load(**ENGINE) as perception:
        expected = perception.predict(rgb, fx=FX)
    found, (v, u) = points(cloud), np.mgrid[:HEIGHT, :WIDTH]
    np.testing.assert_array_equal(found['z'], expected.depth)
    np.testing.assert_allclose(found['x'], expected.depth * (u - CX) / FX, rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(found['y'], expected.depth * (v - CY) / FY, rtol=1e-5, atol=1e-5)
    np.testing.assert_array_equal(found['label'], expected.labels)
    np.testing.assert_array_equal(found['confidence'], expected.confidence)
    np.testing.assert_array_equal(found['rgb'] >> 16, rgb[..., 0])
    np.testing.assert_array_equal(found['rgb'] & 255, rgb[..., 2])


def test_a_stride_thins_at_run_time(bench):
    bench.listen('points', message_type=PointCloud2)
    calibrate(bench, info())
    bench.show_and_wait(image(picture()))
    assert bench.set_parameter('points_stride', 4).successful
    bench.show_and_wait(image(picture()))
    whole, thin = bench.messages('points', 2)
    assert (thin.height, thin.width) == (16, 24)
    for name in POINT.names:
        np.testing.assert_array_equal(points(whole)[::4, ::4][name], points(thin)[name])
    assert not bench.set_parameter('points_stride', 0).successful


def test_nobody_watching_points_makes_none(bench, monkeypatch):
    made = []
    monkeypatch.setattr(CameraModel, 'rays', lambda *_: made.append(1))
    bench.listen('depth')
    calibrate(bench, info())
    assert bench.show_and_wait(image(picture())).answered == 1
    assert made == []


def test_without_camera_info_there_are_no_points_and_it_is_said_once(bench, logs, monkeypatch):
    monkeypatch.setattr(calibration_module, 'GRACE_S', 0.0)
    bench.listen('points', message_type=PointCloud2)
    for _ in range(3):
        counts = bench.show_and_wait(image(picture()))
    assert (counts.unwatched, counts.answered) == (3, 0)
    told = 'points is not published: no camera_info has come on /camera_info'
    logs.wait_for(told)
    assert len([line for line in logs.lines if told in line]) == 1
    calibrate(bench, info())
    assert bench.show_and_wait(image(picture())).answered == 1


@pytest.mark.parametrize(
    ('message', 'reason'),
    [
        (info(width=WIDTH + 1), f'camera_info is for {WIDTH + 1}x{HEIGHT}'),
        (CameraInfo(height=HEIGHT, width=WIDTH), 'no calibration'),
        (info(distortion_model='magic', d=[0.1]), "model 'magic' is none of plumb_bob"),
        (info(distortion_model='plumb_bob', d=[0.1]), 'has 4 or 5 coefficients, not 1'),
        (info(distortion_model='plumb_bob', d=[float('nan')] * 5), 'no calibration'),
    ],
)
def test_a_useless_calibration_costs_the_points_alone(bench, logs, message, reason):
    bench.listen('points', message_type=PointCloud2)
    bench.listen('depth')
    calibration = bench.stream.answerer.calibration
    bench.show_info(message)
    wait_until(lambda: calibration.newest is not None, 'camera_info')
    assert bench.show_and_wait(image(picture())).answered == 1
    logs.wait_for(reason)
    assert bench.received['points'] == []


def test_filters_follow_the_parameters(bench):
    bench.listen('points', message_type=PointCloud2)
    bench.listen('semantic', 'depth')
    calibrate(bench, info())
    with Perception.load(**ENGINE) as perception:
        whole = perception.predict(picture(), fx=FX)
        names = [one.name for one in perception.classes]
    kept_class = int(np.bincount(whole.labels.ravel()).argmax())
    threshold = round(float(np.median(whole.confidence)) / 255, 2)
    for name, value in (
        ('confidence_threshold', threshold),
        ('depth_min', 0.0),
        ('depth_max', 20.0),
        ('classes', [names[kept_class]]),
    ):
        assert bench.set_parameter(name, value).successful
    bench.show_and_wait(image(picture()))
    kept = (whole.labels == kept_class) & (whole.confidence >= 255 * threshold)
    labels = np.where(kept, whole.labels, 255)
    assert len(np.unique(labels)) > 1
    depth = np.where(whole.depth <= 20.0, whole.depth, np.nan)
    cloud = points(bench.messages('points', 1)[0])
    np.testing.assert_array_equal(cloud['label'], labels)
    np.testing.assert_array_equal(cloud['z'], depth)
    semantic = np.frombuffer(bytes(bench.messages('semantic', 1)[0].data), np.uint8)
    np.testing.assert_array_equal(semantic.reshape(labels.shape), labels)
    published = np.frombuffer(bytes(bench.messages('depth', 1)[0].data), np.float32)
    np.testing.assert_array_equal(published.reshape(depth.shape), depth)

    for name, value in (('confidence_threshold', 0.0), ('depth_max', 0.0), ('classes', [''])):
        assert bench.set_parameter(name, value).successful
    bench.show_and_wait(image(picture()))
    np.testing.assert_array_equal(points(bench.messages('points', 2)[1])['label'], whole.labels)


def test_what_the_model_lacks_or_no_model_has_is_refused(bench):
    assert bench.set_parameter('depth_max', 5.0).successful
    for name, value, reason in (
        ('classes', ['road', 'moon'], 'no class moon'),
        ('depth_min', 5.0, 'depth_min (5 m) must be below depth_max (5 m)'),
        ('confidence_threshold', 1.5, 'range'),
    ):
        result = bench.set_parameter(name, value)
        assert not result.successful
        assert reason in result.reason


def test_a_class_that_the_model_lacks_stops_configuration(graph, logs):
    bench = Bench(graph, classes=['moon'])
    assert not bench.change(1)
    logs.wait_for('no class moon')


def test_a_lens_takes_binning_roi_and_rectification_into_account():
    message = CameraInfo(height=720, width=1280, binning_x=2, binning_y=2)
    message.k = [700.0, 0.0, 640.0, 0.0, 710.0, 360.0, 0.0, 0.0, 1.0]
    message.p = [600.0, 0.0, 630.0, 0.0, 0.0, 610.0, 350.0, 0.0, 0.0, 0.0, 1.0, 0.0]
    message.distortion_model, message.d = 'plumb_bob', [0.1, 0.0, 0.0, 0.0, 0.0]
    message.roi.x_offset, message.roi.y_offset = 40, 60
    message.roi.width, message.roi.height = 640, 400
    raw = camera_model(message, False, 200, 320)
    assert raw.intrinsics == Intrinsics(350.0, 355.0, 300.0, 150.0, 320, 200)
    assert (raw.distortion, raw.coefficients[0]) == (Distortion.PLUMB_BOB, 0.1)
    ideal = camera_model(message, True, 200, 320)
    assert ideal.intrinsics == Intrinsics(300.0, 305.0, 295.0, 145.0, 320, 200)
    assert ideal.coefficients == ()
    message.distortion_model, message.d = 'equidistant', [0.0] * 4
    assert camera_model(message, False, 200, 320).coefficients == (0.0,) * 4
    assert camera_model(message, True, 200, 320).distortion is Distortion.PLUMB_BOB
    message.d = []
    assert camera_model(message, False, 200, 320).coefficients == ()
    message.distortion_model, message.d = '', [0.0] * 5
    assert camera_model(message, False, 200, 320).coefficients == ()
    message.distortion_model, message.d = 'unheard_of', [0.1]
    with pytest.raises(HydranetError, match='unheard_of'):
        camera_model(message, False, 200, 320)
