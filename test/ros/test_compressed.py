# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Compressed images through real nodes: the camera's, the node's input, the pictures it offers.

image_transport's own subscriber is not run here.
"""

import pytest
import rclpy
from rclpy.parameter import Parameter
from sensor_msgs.msg import CompressedImage

from hydranet_ros.compressed_image import decode_compressed
from hydranet_ros.ros.camera import CameraNode
from hydranet_ros.ros.image_transport import ImageTransport
from hydranet_ros.ros.transport import IMAGE_RELIABLE
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
