# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The topics of normals: the network's where it has them, else computed from depth on request.

That normals from depth are right is tested without ROS.
"""

import numpy as np
import pytest
from sensor_msgs.msg import CompressedImage
from sensor_msgs.msg import PointCloud2

from hydranet_ros.camera_info import camera_model
from hydranet_ros.perception import Perception
from hydranet_ros.rendering import color_normals
from hydranet_ros.ros import calibration as calibration_module
from hydranet_ros.surface_normals import NormalsFromDepth
from hydranet_ros.surface_normals import window_radius
from test.ros.bench import Bench
from test.ros.bench import ENGINE
from test.ros.bench import HEIGHT
from test.ros.bench import image
from test.ros.bench import picture
from test.ros.bench import WIDTH
from test.ros.conftest import wait_until
from test.ros.test_points import FX
from test.ros.test_points import info

TOPICS = ('normals', 'normals/color')


def start(graph, **parameters) -> Bench:
    bench = Bench(graph, **parameters)
    bench.start()
    return bench


def floats(message) -> np.ndarray:
    assert (message.encoding, message.step) == ('32FC3', 12 * WIDTH)
    return np.frombuffer(message.data, np.float32).reshape(HEIGHT, WIDTH, 3)


def calibrated(bench: Bench, message=None) -> None:
    bench.show_info(message or info())
    wait_until(lambda: bench.stream.answerer.calibration.newest, 'camera_info')


def test_normals_are_those_of_the_published_depth(graph):
    bench = start(graph, normals_from_depth=True)
    bench.listen(*TOPICS, 'depth')
    calibrated(bench)
    # Twice, because the second is written into the messages of the first.
    for number in (1, 2):
        source = image(picture(number), number)
        assert bench.show_and_wait(source).answered == number
        depth = np.frombuffer(bench.messages('depth', number)[-1].data, np.float32)
        radius = window_radius(HEIGHT, HEIGHT, 4)
        expected = NormalsFromDepth().write(
            np.empty((HEIGHT, WIDTH, 3), np.float32),
            camera_model(info(), False, HEIGHT, WIDTH),
            depth.reshape(HEIGHT, WIDTH),
            radius,
        )
        assert np.isfinite(expected).any()
        message = bench.messages('normals', number)[-1]
        assert message.header == source.header
        np.testing.assert_allclose(floats(message), expected, atol=1e-5)
        color = np.frombuffer(bench.messages('normals/color', number)[-1].data, np.uint8)
        difference = color.astype(int) - color_normals(expected).ravel()
        assert np.abs(difference).max() <= 1


def test_normals_alone_have_depth_computed(graph):
    bench = start(graph, normals_from_depth=True)
    bench.listen('normals/color/compressed', message_type=CompressedImage)
    calibrated(bench)
    assert bench.show_and_wait(image(picture())).answered == 1
    assert bench.messages('normals/color/compressed', 1)[0].format.startswith('rgb8; jpeg')


def test_the_window_follows_the_input_size(graph):
    bench = start(graph, normals_from_depth=True, input_scale=2.0)
    bench.listen('normals')
    calibrated(bench)
    bench.show_and_wait(image(picture()))
    found = floats(bench.messages('normals', 1)[0])
    with Perception.load(**ENGINE, input_scale=2.0) as perception:
        depth = perception.predict(picture(), fx=FX).depth
    expected = NormalsFromDepth().write(
        np.empty((HEIGHT, WIDTH, 3), np.float32),
        camera_model(info(), False, HEIGHT, WIDTH),
        depth,
        4,
    )
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_without_camera_info_the_other_outputs_come(graph, logs, monkeypatch):
    monkeypatch.setattr(calibration_module, 'GRACE_S', 0.0)
    bench = start(graph, normals_from_depth=True)
    bench.listen('normals', 'depth')
    for _ in range(2):
        bench.show_and_wait(image(picture()))
    bench.messages('depth', 2)
    logs.wait_for('normals is not published: no camera_info has come')
    assert bench.received['normals'] == []
    calibrated(bench)
    bench.show_and_wait(image(picture()))
    bench.messages('normals', 1)


def test_points_and_normals_come_together(graph):
    bench = start(graph, normals_from_depth=True)
    bench.listen('points', message_type=PointCloud2)
    bench.listen('normals')
    calibrated(bench)
    bench.show_and_wait(image(picture()))
    bench.messages('points', 1)
    bench.messages('normals', 1)


def topics_of_normals(bench: Bench) -> set[str]:
    return {one.topic_name for one in bench.perception.publishers if 'normals' in one.topic_name}


def test_the_parameter_brings_and_takes_the_topics(graph):
    bench = start(graph)
    assert topics_of_normals(bench) == set()
    assert bench.set_parameter('normals_from_depth', True).successful
    offered = {'/normals', '/normals/color', '/normals/color/compressed'}
    wait_until(lambda: topics_of_normals(bench) == offered, 'topics')
    bench.listen('normals')
    calibrated(bench)
    bench.show_and_wait(image(picture()))
    bench.messages('normals', 1)
    assert bench.set_parameter('normals_from_depth', False).successful
    wait_until(lambda: not topics_of_normals(bench), 'end of the topics')


@pytest.mark.parametrize('from_depth', [False, True])
def test_a_model_that_has_normals_publishes_its_own(graph, golden_model_file, from_depth):
    indoor = {'model': 'nyud_normals', 'weights': str(golden_model_file)}
    bench = start(graph, **indoor, normals_from_depth=from_depth)
    bench.listen(*TOPICS)
    bench.show_and_wait(image(picture()))
    with Perception.load(**indoor, **ENGINE) as perception:
        expected = perception.predict(picture()).normals
    np.testing.assert_array_equal(floats(bench.messages('normals', 1)[0]), expected)
    color = np.frombuffer(bench.messages('normals/color', 1)[0].data, np.uint8)
    np.testing.assert_array_equal(color, color_normals(expected).ravel())
