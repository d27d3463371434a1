# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Groups of similar classes: the built-in ones, and those of a file."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from hydranet_ros import HydranetError
from hydranet_ros.evaluation.diagnostics.class_groups import groups_of
from hydranet_ros.evaluation.diagnostics.class_groups import read_groups
from hydranet_ros.training.datasets.classes import CAMVID
from hydranet_ros.training.datasets.classes import CITYSCAPES
from hydranet_ros.training.datasets.classes import NYUDV2
from hydranet_ros.training.datasets.classes import VOC
from hydranet_ros.zoo.card_types import SemanticClass

KNOWN = ('road', 'car', 'traffic light', 'bus')


@pytest.mark.parametrize(
    ('classes', 'alone'),
    [
        (VOC, {'background', 'person'}),
        (CITYSCAPES, {'sky'}),
        (CAMVID, {'sky', 'tree', 'car'}),
    ],
)
def test_built_in_groups_name_every_class(
    classes: Sequence[SemanticClass], alone: set[str]
) -> None:
    groups = groups_of(classes)
    names = {one.name for one in classes}
    grouped = [name for members in groups.groups.values() for name in members]
    assert len(grouped) == len(set(grouped))
    assert set(grouped) == names - alone
    assert groups.source


def test_background_of_voc_alone() -> None:
    assert groups_of(VOC).is_background('background')
    assert not any(groups_of(CITYSCAPES).is_background(one.name) for one in CITYSCAPES)


def test_other_sets_have_none() -> None:
    assert not groups_of(NYUDV2).groups
    assert groups_of(NYUDV2).background is None


def test_a_file(tmp_path: Path) -> None:
    path = tmp_path / 'groups.yaml'
    path.write_text('groups: {vehicles: [car, Bus], lights: [traffic_light]}\nbackground: road\n')
    groups = read_groups(path, KNOWN)
    assert groups.group_of('car') == groups.group_of('bus') == 'vehicles'
    assert groups.group_of('traffic light') == 'lights'
    assert groups.group_of('road') is None
    assert groups.is_background('road')


@pytest.mark.parametrize(
    ('text', 'words'),
    [
        (
            'groups: {vehicles: [cat]}',
            'groups.vehicles names the class cat, which neither .* did you mean car',
        ),
        ('groups: {a: [zebra]}', 'there are road, car, traffic light, bus'),
        ('groups: {a: [car], b: [car]}', 'groups.b names the class car, which groups.a has'),
        ('groups: {a: [car]}\nbackground: car', 'background names the class car'),
        ('group: {a: [car]}', 'did you mean groups'),
        ('groups: {a: car}', 'groups.a must be a list'),
        ('groups: {a: [car], a: [bus]}', 'the key a stands twice'),
        ('[car]', 'must be a mapping'),
    ],
)
def test_what_is_no_such_file(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / 'groups.yaml'
    path.write_text(text)
    with pytest.raises(HydranetError, match=words):
        read_groups(path, KNOWN)


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(HydranetError, match='cannot be read'):
        read_groups(tmp_path / 'none.yaml', KNOWN)
