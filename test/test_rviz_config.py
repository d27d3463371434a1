# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""config/perception.rviz against the classes that RViz 2 has and the topics that the node has.

RViz is no dependency of the tests: that it opens the file is not verified.
"""

from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from hydranet_ros import outputs
from hydranet_ros.point_cloud import POINT_FIELDS

from .conftest import ROOT

IMAGES = {one.topic: one for one in outputs.OUTPUTS}
CAMERA = 'image'


@pytest.fixture(scope='module')
def known() -> dict[str, Any]:
    return yaml.safe_load((ROOT / 'test' / 'rviz_classes.yaml').read_text(encoding='utf-8'))


@pytest.fixture(scope='module')
def config() -> dict[str, Any]:
    return yaml.safe_load((ROOT / 'config' / 'perception.rviz').read_text(encoding='utf-8'))


@pytest.fixture(scope='module')
def displays(config: dict[str, Any]) -> list[dict[str, Any]]:
    return config['Visualization Manager']['Displays']


def kind(entry: dict[str, Any]) -> str:
    return entry['Class'].rpartition('/')[2]


def classes(of: Any) -> Iterator[str]:
    """Give every Class that is not '', as that of the root is."""
    if isinstance(of, dict):
        yield from filter(None, [of.get('Class')])
        of = list(of.values())
    if isinstance(of, list):
        for one in of:
            yield from classes(one)


def test_every_class_is_one_of_rviz(config: dict[str, Any], known: dict[str, Any]) -> None:
    manager = config['Visualization Manager']
    places = [
        ('displays', manager['Displays'], known['package']),
        ('tools', manager['Tools'], known['package']),
        ('view_controllers', [manager['Views']['Current']], known['package']),
        ('panels', config['Panels'], 'rviz_common'),
    ]
    seen = []
    for names, entries, package in places:
        for entry in entries:
            assert entry['Class'] in {f'{package}/{one}' for one in known[names]}
            seen.append(entry['Class'])
    assert sorted(seen) == sorted(classes(config)), 'a Class in a place that is not looked at'


def test_properties_are_spelled_as_rviz_does(
    displays: list[dict[str, Any]], known: dict[str, Any]
) -> None:
    for display in displays:
        properties = known['properties']
        assert display.keys() <= {*properties['every'], *properties[kind(display)]}
        topic = display.get('Topic', {})
        assert topic.keys() <= set(known['topic'])
        for policy, values in known['policies'].items():
            assert topic.get(policy, values[0]) in values


def test_topics_are_ours_and_their_qos_meets_the_offer(displays: list[dict[str, Any]]) -> None:
    """The node offers reliable, volatile, depth 1; a camera perhaps only best effort."""
    shown = {one['Topic']['Value'].lstrip('/'): one for one in displays if 'Topic' in one}
    assert {CAMERA, 'semantic/overlay', 'depth/color', outputs.POINTS} == set(shown)
    for topic, display in shown.items():
        assert kind(display) == ('PointCloud2' if topic == outputs.POINTS else 'Image')
        assert topic in {CAMERA, outputs.POINTS, *IMAGES}
        # RViz draws ids nearly black and metres badly: pictures only.
        assert topic not in IMAGES or IMAGES[topic].picture
        qos = display['Topic']
        assert qos['Durability Policy'] == 'Volatile'
        assert qos['Reliability Policy'] == ('Best Effort' if topic == CAMERA else 'Reliable')
        assert (qos['History Policy'], qos['Depth']) == ('Keep Last', 1)


def test_points_are_coloured_by_a_field_that_they_have(
    displays: list[dict[str, Any]], known: dict[str, Any]
) -> None:
    (points,) = (one for one in displays if kind(one) == 'PointCloud2')
    assert points['Position Transformer'] == 'XYZ'
    assert points['Color Transformer'] == 'RGB8'
    assert {'XYZ', 'RGB8'} <= set(known['point_transformers'])
    assert {'x', 'y', 'z', 'rgb'} <= {name for name, *_ in POINT_FIELDS}
