# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Networks of ours as teachers: the shipped one, whatever it has learned."""

from pathlib import Path

import numpy as np
import pytest
import yaml

from hydranet_ros.errors import HydranetError
from hydranet_ros.training.distillation.opening import open_teacher
from hydranet_ros.training.distillation.teacher import Teacher
from hydranet_ros.zoo.card_types import Task
from test.lens import write_lens_card

RGB = np.random.default_rng(0).integers(0, 256, (48, 64, 3), np.uint8)
F = 100.0


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_lens_card(tmp_path, F, max_m=1000.0)
    return tmp_path


@pytest.fixture
def teacher(folder: Path) -> Teacher:
    return open_teacher('lens.yaml', None, folder, threads=1)


def test_it_tells_labels_confidence_and_depth(teacher: Teacher) -> None:
    assert teacher.tasks == {Task.SEMANTIC, Task.DEPTH}
    annotation = teacher(RGB)
    assert annotation.labels.max() < len(teacher.classes)
    assert annotation.confidence.dtype == np.uint8
    assert annotation.depth.shape == (48, 64)


def test_depth_is_in_metres_of_the_camera_where_that_is_known(teacher: Teacher) -> None:
    canonical, longer = teacher(RGB).depth, teacher(RGB, fx=3 * F).depth
    both = np.isfinite(canonical) & np.isfinite(longer)
    assert both.any()
    np.testing.assert_allclose(longer[both], 3 * canonical[both], rtol=1e-5)


def test_a_class_map_renames_the_classes(folder: Path, teacher: Teacher) -> None:
    content = {
        'classes': [{'name': 'flat', 'color': [1, 2, 3]}],
        'teacher': [
            {item.name: 'flat' if item.name in ('road', 'pavement') else None}
            for item in teacher.classes
        ],
    }
    (folder / 'map.yaml').write_text(yaml.safe_dump(content))
    renamed = open_teacher('lens.yaml', 'map.yaml', folder, threads=1)(RGB).labels
    flat = np.isin(teacher(RGB).labels, (3, 4))
    np.testing.assert_array_equal(renamed, np.where(flat, 0, 255))
    content['teacher'].reverse()
    (folder / 'other.yaml').write_text(yaml.safe_dump(content))
    with pytest.raises(HydranetError, match='is not for model lens'):
        open_teacher('lens.yaml', 'other.yaml', folder)
