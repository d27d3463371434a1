# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Compressed images through real nodes: the camera's, the node's input, the pictures it offers.

image_transport's own subscriber is not run here.
"""

import cv2
import numpy as np
import pytest
import rclpy
from rclpy.parameter import Parameter
from sensor_msgs.msg import CompressedImage
from sensor_msgs.msg import Image

from hydranet_ros.compressed_image import Compressor
from hydranet_ros.compressed_image import decode_compressed
from hydranet_ros.compressed_image import JPEG
from hydranet_ros.image_reader import ImageReader
from hydranet_ros.perception import Perception
from hydranet_ros.rendering import color_depth
from hydranet_ros.rendering import color_labels
from hydranet_ros.rendering import overlay
from hydranet_ros.ros import inputs
from hydranet_ros.ros.camera import CameraNode
from hydranet_ros.ros.image_transport import ImageTransport
from hydranet_ros.ros.transport import IMAGE_RELIABLE
from hydranet_ros.ros.transport import OUTPUT
from test.ros.bench import Bench
from test.ros.bench import ENGINE
from test.ros.bench import HEIGHT
from test.ros.bench import image
from test.ros.bench import picture
from test.ros.bench import WIDTH
from test.ros.conftest import wait_until


def test_the_camera_compresses_for_those_who_subscribe(graph):
    received = []
    listener = graph.node('listener')
    listener.create_subscription(
        CompressedImage, 'image/compressed', received.append, IMAGE_RELIABLE
    )
    overrides = [
        Parameter(name, value=value)
        for name, value in {
            'source': 'street',
            'width': 64,
            'height': 48,
            'rate': 50.0,
            'wait_for_subscriber': True,
        }.items()
    ]
    camera = graph.add(CameraNode(context=graph.context, parameter_overrides=overrides))
    found = wait_until(lambda: received, 'compressed image')[0]
    assert found.format == 'rgb8; jpeg compressed bgr8'
    assert found.header.frame_id == 'camera_optical_frame'
    assert bytes(found.data[:2]) == b'\xff\xd8'
    assert decode_compressed(found).shape == (48, 64, 3)
    assert camera.published > 0


@pytest.mark.parametrize(
    ('remaps', 'expected'),
    [
        ((), '/ns/image/compressed'),
        (('image:=/cam/image_raw',), '/cam/image_raw/compressed'),
        (('image/compressed:=/zip',), '/zip'),
        (('image:=/cam/image_raw', 'image/compressed:=/zip'), '/zip'),
        (('image:=cam/image_raw',), '/ns/cam/image_raw/compressed'),
    ],
)
def test_the_compressed_topic_is_beside_the_raw_one(graph, remaps, expected):
    arguments = ['--ros-args', *(part for one in remaps for part in ('-r', one))]
    node = rclpy.create_node(
        'any',
        namespace='ns',
        context=graph.context,
        cli_args=arguments,
        use_global_arguments=False,
    )
    graph.add(node)
    assert ImageTransport.COMPRESSED.topic(node, 'image') == expected
    assert ImageTransport.RAW.topic(node, 'image') == node.resolve_topic_name('image')


class CompressedBench(Bench):
    """The bench with a camera that sends compressed images."""

    def __init__(self, graph, **parameters) -> None:
        super().__init__(graph, image_transport='compressed', **parameters)
        self.peer.destroy_publisher(self._camera)
        self._camera = self.peer.create_publisher(CompressedImage, 'image/compressed', OUTPUT)


def compressed(rgb: np.ndarray, number: int = 0, suffix: str = '.png') -> CompressedImage:
    message = CompressedImage(format=f'rgb8; {suffix[1:]} compressed bgr8')
    message.header = image(rgb, number).header
    message.data.frombytes(cv2.imencode(suffix, rgb[..., ::-1])[1].data)
    return message


def test_a_compressed_image_is_answered_as_the_raw_one_is(graph):
    bench = CompressedBench(graph)
    bench.start()
    bench.listen('semantic', 'depth')
    with Perception.load(**ENGINE) as perception:
        for number in (1, 2):
            source = compressed(picture(number), number)
            assert bench.show_and_wait(source).answered == number
            expected = perception.predict(picture(number))
            semantic = bench.messages('semantic', number)[-1]
            assert semantic.header == source.header
            assert (semantic.height, semantic.width) == (HEIGHT, WIDTH)
            np.testing.assert_array_equal(
                np.frombuffer(semantic.data, np.uint8), expected.labels.ravel()
            )
            depth = np.frombuffer(bench.messages('depth', number)[-1].data, np.float32)
            np.testing.assert_array_equal(depth, expected.depth.ravel())


def test_damaged_images_fail_alone_with_a_sentence(graph, logs):
    bench = CompressedBench(graph)
    bench.start()
    bench.listen('semantic')
    whole = compressed(picture(), suffix='.jpg')
    cut = compressed(picture(), suffix='.jpg')
    del cut.data[len(cut.data) // 2 :]
    bench.show_and_wait(cut)
    logs.wait_for('the JPEG is cut off before its end; check the camera driver.')
    deep = compressed(picture())
    deep.format = '16UC1; compressedDepth png'
    bench.show_and_wait(deep)
    counts = bench.show_and_wait(whole)
    assert (counts.failed, counts.answered, counts.received) == (2, 1, 3)


def test_nobody_watching_decodes_nothing(graph, monkeypatch):
    decoded = []
    read = ImageReader.read
    monkeypatch.setattr(ImageReader, 'read', lambda *all: decoded.append(1) or read(*all))
    bench = CompressedBench(graph)
    bench.start()
    bench.show_and_wait(compressed(picture()))  # whose size had no engine yet
    before = len(decoded)
    for _ in range(3):
        counts = bench.show_and_wait(compressed(picture()))
    assert counts.unwatched == 4
    assert len(decoded) == before


def test_the_transport_changes_at_run_time(graph):
    bench = Bench(graph)
    bench.start()
    bench.listen('semantic')
    assert bench.show_and_wait(image(picture())).answered == 1
    assert bench.set_parameter('image_transport', 'compressed').successful
    camera = bench.peer.create_publisher(CompressedImage, 'image/compressed', OUTPUT)
    wait_until(lambda: camera.get_subscription_count() == 1, 'subscription')
    camera.publish(compressed(picture()))
    wait_until(lambda: bench.counts.answered == 2, 'answer')
    assert not bench.set_parameter('image_transport', 'theora').successful


def test_silence_names_the_transport_that_would_do(graph, monkeypatch):
    monkeypatch.setattr(inputs, 'SILENCE_S', 0.0)
    bench = Bench(graph)
    bench.peer.destroy_publisher(bench._camera)
    bench.peer.create_publisher(CompressedImage, 'image/compressed', OUTPUT)
    assert bench.change(1)
    assert bench.change(3)
    told = 'Or set image_transport to compressed: /image/compressed has a publisher.'
    wait_until(lambda: any(told in str(one) for one in bench.health), 'hint')


@pytest.mark.parametrize(
    ('topic', 'kind', 'transport', 'advice'),
    [
        ('cam', CompressedImage, 'raw', 'to compressed and remap image/compressed to /cam.'),
        ('cam/compressed', CompressedImage, 'raw', 'to compressed and remap image to /cam.'),
        ('cam', Image, 'compressed', 'set image_transport to raw and remap image to /cam.'),
        ('cam', CompressedImage, 'compressed', 'sends nothing'),
    ],
)
def test_messages_of_the_other_transport_are_explained(graph, topic, kind, transport, advice):
    node = graph.node('driver')
    node.create_publisher(kind, topic, OUTPUT)
    publishers = wait_until(lambda: node.get_publishers_info_by_topic(topic), 'publisher')
    text = inputs.explain_silence(f'/{topic}', 'reliable', publishers, ImageTransport(transport))
    assert advice in text


def test_pictures_come_compressed_where_somebody_subscribes(graph):
    bench = Bench(graph)
    bench.start()
    pictures = ('semantic/color', 'semantic/overlay', 'depth/color')
    bench.listen(*(f'{topic}/compressed' for topic in pictures), message_type=CompressedImage)
    source = image(picture(), number=4)
    bench.show_and_wait(source)
    with Perception.load(**ENGINE) as perception:
        prediction = perception.predict(picture())
        depth = perception.depth_range
        color = color_labels(prediction.labels, perception.palette)
        expected = {
            'semantic/color': color,
            'semantic/overlay': overlay(picture(), color, 0.5, labels=prediction.labels),
            'depth/color': color_depth(prediction.depth, depth.min_m, depth.max_m),
        }
    for topic in pictures:
        found = bench.messages(f'{topic}/compressed', 1)[0]
        assert found.header == source.header
        assert found.format == 'rgb8; jpeg compressed bgr8'
        again = Compressor(JPEG).compress(expected[topic], 80)
        assert bytes(found.data) == again.tobytes()
    assert bench.set_parameter('jpeg_quality', 20).successful
    bench.show_and_wait(source)
    first, second = bench.messages('semantic/overlay/compressed', 2)
    assert len(second.data) < len(first.data)


def test_class_ids_come_compressed_without_loss(graph):
    bench = Bench(graph)
    bench.start()
    bench.listen('semantic/compressed', message_type=CompressedImage)
    bench.show_and_wait(image(picture()))
    found = bench.messages('semantic/compressed', 1)[0]
    assert found.format == 'mono8; png compressed '
    labels = cv2.imdecode(np.frombuffer(found.data, np.uint8), cv2.IMREAD_UNCHANGED)
    with Perception.load(**ENGINE) as perception:
        np.testing.assert_array_equal(labels, perception.predict(picture()).labels)


def test_what_nobody_subscribes_to_is_not_compressed(graph, monkeypatch):
    monkeypatch.setattr(Compressor, 'compress', None)
    bench = Bench(graph)
    bench.start()
    bench.listen('semantic/color', 'semantic')
    assert bench.show_and_wait(image(picture())).answered == 1
    bench.messages('semantic/color', 1)
