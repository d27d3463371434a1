# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""What the node says when no image comes, with real publishers on the topic."""

from diagnostic_msgs.msg import DiagnosticStatus
import pytest
from rclpy.qos import QoSProfile
from rclpy.qos import ReliabilityPolicy
from sensor_msgs.msg import CompressedImage
from sensor_msgs.msg import Image

from hydranet_ros.ros import inputs
from hydranet_ros.ros.inputs import explain_silence
from test.ros.bench import Bench
from test.ros.bench import image
from test.ros.bench import picture
from test.ros.conftest import wait_until

BEST_EFFORT = QoSProfile(depth=1, reliability=ReliabilityPolicy.BEST_EFFORT)


def test_nobody_publishes():
    text = explain_silence('/front/image', 'best_effort', [])
    assert text.startswith('No image on /front/image for 5 s: nobody publishes it.')
    assert '-r image:=' in text


@pytest.mark.parametrize(
    ('message_type', 'asked', 'named'),
    [
        (CompressedImage, 'best_effort', 'The node reads sensor_msgs/msg/Image'),
        (Image, 'reliable', 'set image_reliability to auto'),
        (Image, 'best_effort', 'sends nothing'),
    ],
)
def test_publishers_are_named_with_type_and_qos(graph, message_type, asked, named):
    node = graph.node('driver')
    node.create_publisher(message_type, 'image', BEST_EFFORT)
    publishers = wait_until(lambda: node.get_publishers_info_by_topic('image'), 'publisher')
    text = explain_silence('/image', asked, publishers)
    kind = f'sensor_msgs/msg/{message_type.__name__}'
    assert f'/driver publishes {kind}, best_effort, volatile' in text
    assert named in text


def test_silence_is_a_warning_until_an_image_comes(graph, logs, monkeypatch):
    monkeypatch.setattr(inputs, 'SILENCE_S', 0.0)
    bench = Bench(graph)
    bench.start()
    logs.wait_for('sends nothing; check its driver')
    found = wait_until(lambda: next(filter(_silence, bench.health), None), 'warning')
    assert '/peer publishes sensor_msgs/msg/Image, reliable' in _silence(found)
    assert found['level'] == DiagnosticStatus.WARN
    monkeypatch.setattr(inputs, 'SILENCE_S', 1000.0)
    bench.show_and_wait(image(picture()))
    wait_until(lambda: not _silence(bench.health[-1]), 'end of the warning')


def _silence(health):
    warnings = (text for key, text in health.items() if key.startswith('warning_'))
    return next((text for text in warnings if 'sends nothing' in text), None)


def test_a_best_effort_camera_is_matched(graph):
    bench = Bench(graph)
    bench.peer.destroy_publisher(bench._camera)
    bench._camera = bench.peer.create_publisher(Image, 'image', BEST_EFFORT)
    bench.start()
    bench.listen('semantic')
    assert bench.show_and_wait(image(picture())).answered == 1
    bench.health_with(image_reliability='best_effort')
