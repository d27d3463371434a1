# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Class maps, the shipped one too."""

from pathlib import Path
import re

import numpy as np
import pytest

from hydranet_ros.errors import HydranetError
from hydranet_ros.training.datasets.classes import CAMVID
from hydranet_ros.training.datasets.classes import CITYSCAPES
from hydranet_ros.training.distillation.class_map import find_class_map
from hydranet_ros.training.distillation.class_map import read_class_map

from .teachers import CLASSES
from .teachers import TEACHER
from .teachers import write_class_map


def test_the_shipped_map_is_of_cityscapes_and_camvid(tmp_path: Path) -> None:
    found = read_class_map(find_class_map('cityscapes_to_camvid', tmp_path))
    assert found.classes == CAMVID
    assert found.sources == tuple(item.name for item in CITYSCAPES)
    names = {s: None if t == 255 else CAMVID[t].name for s, t in zip(*of(found), strict=True)}
    same = {'sky', 'building', 'pole', 'road', 'fence', 'car'}
    assert {name: names[name] for name in same} == {name: name for name in same}
    assert (names['sidewalk'], names['rider'], names['train']) == ('pavement', 'bicyclist', None)


def of(found) -> tuple:
    return found.sources, found.targets


def test_probabilities_of_joined_classes_add_up(tmp_path: Path) -> None:
    teacher = [{'red': 'warm'}, {'orange': 'warm'}, {'green': None}, {'blue': 'cold'}]
    found = read_class_map(write_class_map(tmp_path / 'map.yaml', teacher=teacher))
    pooled = np.float32([0.3, 0.3, 0.0, 0.4]) @ found.pooling
    np.testing.assert_allclose(pooled, [0.6, 0.4, 0.0])
    assert found.table[:5].tolist() == [0, 0, 255, 1, 255]


def test_input_options(tmp_path: Path) -> None:
    options = {'mean': [0, 0, 0], 'std': [1, 1, 1], 'size': [64, 128]}
    found = read_class_map(write_class_map(tmp_path / 'map.yaml', input=options)).input
    assert (found.mean, found.std, found.size) == ((0, 0, 0), (1, 1, 1), (64, 128))


@pytest.mark.parametrize(
    ('changes', 'message'),
    [
        (
            {'teacher': [*TEACHER, {'violet': 'purple'}]},
            "teacher[3].violet is 'purple', which is none of warm, cold",
        ),
        ({'teacher': {'red': 'warm'}}, 'teacher must be a list'),
        ({'teacher': ['red']}, 'teacher[0] must be a mapping'),
        ({'teacher': [{'red': 'warm', 'blue': 'cold'}]}, 'must be one {class: class}'),
        ({'teacher': []}, 'must list 1 to 255'),
        ({'classes': [*CLASSES, CLASSES[0]]}, 'name is warm, which another class has'),
        ({'classes': [{'name': 'warm', 'color': [300, 0, 0]}]}, 'three numbers 0 to 255'),
        ({'class': []}, 'class is no key here; did you mean classes'),
        ({'input': {'sizes': [1, 2]}}, 'input.sizes is no key here; did you mean size'),
        ({'input': {'std': [1, 0, 1]}}, 'input.std must be above 0'),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, changes: dict, message: str) -> None:
    path = write_class_map(tmp_path / 'map.yaml', **changes)
    with pytest.raises(HydranetError, match=re.escape(message)) as raised:
        read_class_map(path)
    assert str(path) in str(raised.value)


def test_a_map_that_is_absent(tmp_path: Path) -> None:
    with pytest.raises(HydranetError, match='There is no class map'):
        find_class_map('absent', tmp_path)
