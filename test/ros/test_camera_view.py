# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""One camera of the viewer between real publishers: images, calibrations and odd messages."""

from typing import Any

import cv2
import numpy as np
import pytest
from sensor_msgs.msg import CameraInfo
from sensor_msgs.msg import CompressedImage
from sensor_msgs.msg import PointCloud2
from sensor_msgs.msg import PointField

pytest.importorskip('rerun')

from hydranet_ros.compressed_image import decode_compressed
from hydranet_ros.point_cloud import POINT
from hydranet_ros.ros.camera_view import CameraView
from hydranet_ros.ros.transport import OUTPUT
from hydranet_ros.viewer.scene import EncodedPicture
from hydranet_ros.viewer.scene import ShownFrame
from hydranet_ros.viewer.topics import CameraTopics
from hydranet_ros.viewer.topics import Shown
from test.ros.bench import image
from test.ros.bench import picture
from test.ros.conftest import Graph
from test.ros.conftest import wait_until


class Viewed:
    """A camera, and what the viewer shows of its images."""

    def __init__(self, graph: Graph) -> None:
        self.frames: list[ShownFrame] = []
        topics = CameraTopics.of('', (Shown.IMAGE,), 'image/compressed')
        CameraView(graph.node('view'), topics, 0.0, self.frames.append)
        self._camera = graph.node('camera').create_publisher(
            CompressedImage, 'image/compressed', OUTPUT
        )
        wait_until(lambda: self._camera.get_subscription_count() == 1, 'subscription')
        self._sent = 0

    def send(self, form: str, data: Any) -> CompressedImage:
        self._sent += 1
        message = CompressedImage(format=form)
        message.header.stamp.sec = self._sent
        message.data.frombytes(bytes(data))
        self._camera.publish(message)
        return message

    def shown(self, form: str, data: Any) -> tuple[CompressedImage, Any]:
        before, message = len(self.frames), self.send(form, data)
        wait_until(lambda: len(self.frames) > before, 'frame')
        return message, self.frames[-1].picture


def test_the_bytes_say_what_a_picture_is(graph: Graph) -> None:
    viewed, rgb = Viewed(graph), picture()
    for word, suffix, media in (('jpeg', '.png', 'image/png'), ('png', '.jpg', 'image/jpeg')):
        data = cv2.imencode(suffix, rgb)[1].tobytes()
        _, found = viewed.shown(f'rgb8; {word} compressed bgr8', data)
        assert found == EncodedPicture(data, media)


@pytest.mark.parametrize('form', ['bayer_rggb8; png compressed ', 'rgb8; png compressed '])
def test_what_would_have_other_colours_is_decoded(graph: Graph, form: str) -> None:
    stored = picture()[:60, :92]
    stored = stored[..., 0] if 'bayer' in form else stored
    message, found = Viewed(graph).shown(form, cv2.imencode('.png', stored)[1])
    np.testing.assert_array_equal(found, decode_compressed(message))
    assert found.shape == (60, 92, 3)


@pytest.mark.parametrize(
    ('form', 'data', 'says'),
    [
        ('16UC1; compressedDepth png', b'\x00' * 12 + b'\x89PNG', 'transport compressedDepth'),
        ('h264', b'\x00\x00\x00\x01\x67\x42', 'neither a JPEG nor a PNG'),
    ],
)
def test_what_is_no_picture_is_refused(
    graph: Graph, logs: Any, form: str, data: bytes, says: str
) -> None:
    viewed = Viewed(graph)
    viewed.send(form, data)
    logs.wait_for(says)
    assert not viewed.frames


class Drive:
    """A camera and what it answers, of several topics, and what the viewer shows of them."""

    def __init__(self, graph: Graph, *shown: Shown) -> None:
        self.frames: list[ShownFrame] = []
        topics = CameraTopics.of('', shown)
        self.view = CameraView(graph.node('view'), topics, 0.0, self.frames.append)
        self._node = graph.node('camera')
        self._publishers: dict[str, Any] = {}

    def send(self, topic: str, message: Any) -> None:
        if topic not in self._publishers:
            made = self._node.create_publisher(type(message), topic, OUTPUT)
            wait_until(lambda: made.get_subscription_count() == 1, f'subscription to {topic}')
            self._publishers[topic] = made
        self._publishers[topic].publish(message)


@pytest.mark.parametrize(
    'info',
    [
        CameraInfo(height=61, width=93),
        CameraInfo(height=61, width=93, k=[np.nan] * 9),
        CameraInfo(height=61, width=93, k=[50.0] * 9, d=[0.1], distortion_model='fisheye'),
    ],
    ids=['zero', 'nan', 'fisheye'],
)
def test_a_useless_calibration_costs_the_points_alone(
    graph: Graph, logs: Any, info: CameraInfo
) -> None:
    drive = Drive(graph, Shown.IMAGE, Shown.SEMANTIC)
    for number in (1, 2):
        before = drive.view._info
        drive.send('camera_info', info)
        wait_until(lambda before=before: drive.view._info is not before, 'camera_info')
        drive.send('image', image(picture(), number))
        mask = image(picture(1)[..., :1], number, 'mono8')
        drive.send('semantic', mask)
        wait_until(
            lambda number=number: [one for one in drive.frames if one.stamp_ns // 10**9 == number],
            f'frame {number}',
        )
    logs.wait_for('There are no points')
    shown = [one for one in drive.frames if one.labels is not None]
    assert shown
    assert all(one.camera is None for one in shown)


def test_an_odd_message_costs_its_frame_and_is_not_counted(graph: Graph, logs: Any) -> None:
    drive = Drive(graph, Shown.POINTS)
    fields = [PointField(name=name) for name in POINT.names]
    cloud = PointCloud2(height=480, width=640, point_step=POINT.itemsize, fields=fields)
    cloud.header.stamp.sec = 1
    cloud.data.frombytes(bytes(20))
    drive.send('points', cloud)
    logs.wait_for('a cloud of 640x480 points should hold 6144000 bytes and holds 20')
    assert (drive.view.frames, drive.frames) == (0, [])
    whole = PointCloud2(height=1, width=1, point_step=POINT.itemsize, fields=fields)
    whole.header.stamp.sec = 2
    whole.data.frombytes(bytes(POINT.itemsize))
    drive.send('points', whole)
    wait_until(lambda: drive.view.frames == 1, 'the next cloud')


def test_what_cannot_be_drawn_costs_its_frame(graph: Graph, logs: Any) -> None:
    def show(frame: ShownFrame) -> None:
        raise ValueError('no such shape')

    drive = Drive(graph, Shown.IMAGE)
    drive.view._show = show
    drive.send('image', image(picture(), 1))
    logs.wait_for('Not shown: ValueError: no such shape')
    assert drive.view.frames == 0
