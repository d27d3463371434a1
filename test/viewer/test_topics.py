# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Names of topics, cameras and classes."""

import pytest

from hydranet_ros import outputs
from hydranet_ros.errors import HydranetError
from hydranet_ros.viewer.meaning import named_classes
from hydranet_ros.viewer.topics import cameras_of
from hydranet_ros.viewer.topics import CameraTopics
from hydranet_ros.viewer.topics import Shown
from hydranet_ros.zoo.card_types import SemanticClass


def test_the_only_camera_has_the_topics_of_the_node():
    (root, topics), *others = cameras_of((), (), '', '').items()
    assert (root, others) == ('camera', [])
    assert topics.shown[Shown.IMAGE] == 'image'
    assert topics.shown[Shown.SEMANTIC] == outputs.SEMANTIC.topic
    assert topics.shown[Shown.DEPTH] == outputs.DEPTH.topic
    assert topics.camera_info == 'camera_info'
    assert Shown.POINTS not in topics.shown


def test_cameras_have_topics_below_their_names():
    cameras = cameras_of(('front', 'rear'), ('depth', 'points'), '', '')
    assert cameras['rear'].shown == {Shown.DEPTH: 'rear/depth', Shown.POINTS: 'rear/points'}
    assert cameras['front'].camera_info == 'front/camera_info'


@pytest.mark.parametrize(
    ('image', 'info'),
    [
        ('/cam/image_raw', '/cam/camera_info'),
        ('/cam/image_raw/compressed', '/cam/camera_info'),
        ('/image', '/camera_info'),
        ('image_raw', 'camera_info'),
    ],
)
def test_camera_info_is_beside_the_image(image, info):
    assert CameraTopics.of('', image=image).camera_info == info
    assert CameraTopics.of('', image=image, camera_info='/mine').camera_info == '/mine'


def test_what_cannot_be_shown_is_said():
    with pytest.raises(HydranetError, match=r"'lidar' cannot be shown; choose from image, sem"):
        cameras_of((), ('lidar',), '', '')
    with pytest.raises(HydranetError, match='one camera'):
        cameras_of(('a', 'b'), (), '/image', '')


def test_names_take_known_colours_else_distinct_ones():
    known = (SemanticClass('road', (1, 2, 3)),)
    found = named_classes({0: 'sky', 2: 'road'}, known)
    assert [one.name for one in found] == ['sky', 'class 1', 'road']
    assert found[2].color == (1, 2, 3)
    assert len({one.color for one in named_classes(dict.fromkeys(range(40), 'x'))}) == 40
    assert named_classes({}) == ()
