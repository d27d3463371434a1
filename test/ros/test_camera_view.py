# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""One camera of the viewer between real publishers: compressed images as drivers send them."""

from typing import Any

import cv2
import numpy as np
import pytest
from sensor_msgs.msg import CompressedImage

pytest.importorskip('rerun')

from hydranet_ros.compressed_image import decode_compressed
from hydranet_ros.ros.camera_view import CameraView
from hydranet_ros.ros.transport import OUTPUT
from hydranet_ros.viewer.scene import EncodedPicture
from hydranet_ros.viewer.scene import ShownFrame
from hydranet_ros.viewer.topics import CameraTopics
from hydranet_ros.viewer.topics import Shown
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
