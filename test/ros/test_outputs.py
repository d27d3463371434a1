# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""What the node publishes: the same as Perception.predict, with the header of the input.

The real network runs through ONNX Runtime. That the predictions are right is tested elsewhere.
"""

import numpy as np
import pytest
from sensor_msgs.msg import CameraInfo

from hydranet_ros.outputs import OUTPUTS
from hydranet_ros.perception import Perception
from hydranet_ros.rendering import color_depth
from hydranet_ros.rendering import color_labels
from hydranet_ros.rendering import overlay
from hydranet_ros.ros.incompatible_qos import IncompatibleQos
from hydranet_ros.ros.publishers import OutputPublishers
from hydranet_ros.zoo.card_types import Task
from test.ros.bench import Bench
from test.ros.bench import ENGINE
from test.ros.bench import HEIGHT
from test.ros.bench import image
from test.ros.bench import picture
from test.ros.bench import WIDTH
from test.ros.conftest import wait_until

ENCODINGS = {
    'semantic': ('mono8', np.uint8, ()),
    'semantic/color': ('rgb8', np.uint8, (3,)),
    'semantic/overlay': ('rgb8', np.uint8, (3,)),
    'semantic/confidence': ('mono8', np.uint8, ()),
    'depth': ('32FC1', np.float32, ()),
    'depth/color': ('rgb8', np.uint8, (3,)),
}
TOPICS = list(ENCODINGS)
ENCODINGS_BY_NAME = {encoding[0]: encoding for encoding in ENCODINGS.values()}


@pytest.fixture
def bench(graph):
    bench = Bench(graph)
    bench.start()
    return bench


def array(message) -> np.ndarray:
    _, dtype, channels = ENCODINGS_BY_NAME[message.encoding]
    shape = (message.height, message.width, *channels)
    return np.frombuffer(bytes(message.data), dtype).reshape(shape)


def expected(rgb: np.ndarray) -> dict[str, np.ndarray]:
    with Perception.load(**ENGINE) as perception:
        prediction = perception.predict(rgb)
        color = color_labels(prediction.labels, perception.palette)
        depth = perception.depth_range
        return {
            'semantic': prediction.labels,
            'semantic/color': color,
            'semantic/overlay': overlay(rgb, color, 0.5, labels=prediction.labels),
            'semantic/confidence': prediction.confidence,
            'depth': prediction.depth,
            'depth/color': color_depth(prediction.depth, depth.min_m, depth.max_m),
        }


def test_outputs_equal_the_api_and_carry_the_header(bench):
    bench.listen(*TOPICS)
    # Twice, because the second picture is written into the messages of the first.
    for number in (1, 2):
        source = image(picture(number), number=number)
        assert bench.show_and_wait(source).answered == number
        wanted = expected(picture(number))
        for topic, (encoding, dtype, channels) in ENCODINGS.items():
            message = bench.messages(topic, number)[-1]
            assert message.header == source.header
            assert (message.height, message.width, message.encoding) == (HEIGHT, WIDTH, encoding)
            assert message.step == WIDTH * np.dtype(dtype).itemsize * (channels or (1,))[0]
            assert not message.is_bigendian
            np.testing.assert_array_equal(array(message), wanted[topic])


def test_a_stamp_before_the_epoch_is_copied_bit_for_bit(bench):
    bench.listen('semantic')
    source = image(picture())
    assert source.header.stamp.sec < 0
    bench.show_and_wait(source)
    assert bench.messages('semantic', 1)[0].header == source.header


@pytest.mark.parametrize('topic', TOPICS)
def test_a_watched_output_comes_alone_and_computes_no_other(graph, monkeypatch, topic):
    shown = expected(picture())[topic]
    wanted_fields: list[set[str]] = []
    allocated: list[str] = []
    predict, make = Perception.predict, OutputPublishers._array

    def note_prediction(self, *arguments, wanted=None, **options):
        wanted_fields.append(set(wanted))
        return predict(self, *arguments, wanted=wanted, **options)

    def note_array(self, output):
        allocated.append(output.topic)
        return make(self, output)

    monkeypatch.setattr(Perception, 'predict', note_prediction)
    monkeypatch.setattr(OutputPublishers, '_array', note_array)
    bench = Bench(graph)
    bench.start()
    bench.listen(topic)
    assert bench.show_and_wait(image(picture())).answered == 1
    np.testing.assert_array_equal(array(bench.messages(topic, 1)[0]), shown)
    field = next(one.field for one in OUTPUTS if one.topic == topic)
    assert wanted_fields[0] == {field}
    needed = {'labels': {'semantic'}, 'confidence': set(), 'depth': {'depth'}}[field] | {topic}
    assert set(allocated) <= needed | ({'semantic/color'} if 'overlay' in topic else set())


def test_messages_are_written_in_place(bench, monkeypatch):
    seen: list[int] = []
    predict = Perception.predict

    def note(self, *arguments, out=None, **options):
        seen.append(out[0].labels.ctypes.data)
        return predict(self, *arguments, out=out, **options)

    monkeypatch.setattr(Perception, 'predict', note)
    bench.listen('semantic')
    for number in (1, 2, 3):
        bench.show_and_wait(image(picture(number)))
    assert len(set(seen)) == 1
    writer = next(iter(bench.stream._publishers._writers.values()))
    assert seen[0] == np.frombuffer(writer.message.data, np.uint8).ctypes.data


def test_camera_info_follows_the_image(bench):
    bench.listen('depth/camera_info', message_type=CameraInfo)
    bench.listen('depth')
    info = CameraInfo(height=HEIGHT, width=WIDTH, distortion_model='plumb_bob', d=[0.1, 0.2])
    info.header.frame_id = 'elsewhere'
    info.k[0] = 70.0
    bench.show_info(info)
    wait_until(lambda: bench.stream.answerer.calibration.newest, 'camera_info')
    source = image(picture(), number=5)
    bench.show_and_wait(source)
    published = bench.messages('depth/camera_info', 1)[0]
    assert published.header == source.header
    published.header = info.header
    assert published == info
    assert bench.stream.answerer.calibration.newest == info


def test_camera_info_of_another_size_is_not_passed_on(bench, logs):
    bench.listen('depth/camera_info', message_type=CameraInfo)
    bench.listen('depth')
    bench.show_info(CameraInfo(height=HEIGHT, width=WIDTH + 1))
    wait_until(lambda: bench.stream.answerer.calibration.newest, 'camera_info')
    bench.show_and_wait(image(picture()))
    bench.show_and_wait(image(picture()))
    bench.messages('depth', 2)
    assert bench.received['depth/camera_info'] == []
    told = f'camera_info is for {WIDTH + 1}x{HEIGHT}, the images are {WIDTH}x{HEIGHT}'
    logs.wait_for(told)
    assert len([line for line in logs.lines if told in line]) == 1


def test_outputs_of_a_missing_task_are_not_advertised(graph):
    node = graph.node('half')
    publishers = OutputPublishers(node, IncompatibleQos(node))
    publishers.follow((Task.DEPTH,))
    topics = {one.topic_name for one in node.publishers}
    assert {'/depth', '/depth/color', '/depth/camera_info'} <= topics
    assert not any(topic.startswith('/semantic') for topic in topics)
    publishers.follow(())
    assert not any(one.topic_name.startswith('/depth') for one in node.publishers)
