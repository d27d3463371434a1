# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""ONNX files of other origin, on images whose classes are known."""

from pathlib import Path

import numpy as np
import pytest

from hydranet_ros.errors import HydranetError
from hydranet_ros.training.distillation.opening import open_teacher

from .teachers import flag
from .teachers import flag_labels
from .teachers import write_class_map
from .teachers import write_colour_teacher

EXACT = {'mean': [0, 0, 0], 'std': [1, 1, 1]}


@pytest.mark.parametrize('size', [None, (30, 30)])
@pytest.mark.parametrize('ids', [False, True])
def test_the_colour_of_each_pixel(tmp_path: Path, size: tuple | None, ids: bool) -> None:
    write_colour_teacher(tmp_path / 'teacher.onnx', size=size, ids=ids)
    write_class_map(tmp_path / 'map.yaml', input=EXACT)
    teacher = open_teacher('teacher.onnx', 'map.yaml', tmp_path, threads=1)
    annotation = teacher(flag())
    wanted, inner = flag_labels(), np.ones(100, bool)
    inner[28:39] = inner[62:72] = size is None  # half a window's pixel about the borders
    np.testing.assert_array_equal(annotation.labels[:, inner], wanted[:, inner])
    assert (annotation.confidence[:, inner] >= 254).all()


def test_a_free_size_is_that_of_the_class_map(tmp_path: Path) -> None:
    write_colour_teacher(tmp_path / 'teacher.onnx')
    write_class_map(tmp_path / 'map.yaml', input=EXACT | {'size': [20, 40]})
    teacher = open_teacher('teacher.onnx', 'map.yaml', tmp_path, threads=1)
    assert teacher.provenance['network']['input_size'] == [20, 40]
    assert teacher(flag()).labels.shape == (60, 100)


def test_mean_and_std_are_those_of_the_class_map(tmp_path: Path) -> None:
    """Taking much from red and green leaves blue as the largest of a white image."""
    write_colour_teacher(tmp_path / 'teacher.onnx')
    write_class_map(tmp_path / 'map.yaml', input={'mean': [0.9, 0.9, 0.1], 'std': [1, 1, 1]})
    teacher = open_teacher('teacher.onnx', 'map.yaml', tmp_path, threads=1)
    assert (teacher(np.full((8, 8, 3), 255, np.uint8)).labels == 1).all()


def test_what_is_no_teacher_is_refused(tmp_path: Path) -> None:
    write_class_map(tmp_path / 'map.yaml')
    with pytest.raises(HydranetError, match='There is no teacher'):
        open_teacher('absent.onnx', 'map.yaml', tmp_path)
    (tmp_path / 'damaged.onnx').write_bytes(b'damaged')
    with pytest.raises(HydranetError, match='cannot be read as an ONNX file'):
        open_teacher('damaged.onnx', 'map.yaml', tmp_path)
    with pytest.raises(HydranetError, match='give a class map'):
        open_teacher('damaged.onnx', None, tmp_path)
    write_colour_teacher(tmp_path / 'teacher.onnx')
    write_class_map(tmp_path / 'four.yaml', teacher=[{c: 'warm'} for c in 'abcd'])
    with pytest.raises(HydranetError, match='its class map lists 4 classes'):
        open_teacher('teacher.onnx', 'four.yaml', tmp_path)(flag())
