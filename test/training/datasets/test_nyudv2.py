# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""NYUDv2: the layout of the lists, and two real frames where they are present.

The encoding of published files of normals is checked with one picture, whose blue is flipped.
"""

from pathlib import Path
import shutil

import cv2
import numpy as np
import pytest

from hydranet_ros.errors import HydranetError
from hydranet_ros.training.datasets.classes import NYUDV2
from hydranet_ros.training.datasets.opening import open_dataset
from hydranet_ros.zoo.card import load_card
from hydranet_ros.zoo.card_types import Task

from . import trees


def test_lists_of_files_and_of_names(tmp_path: Path) -> None:
    spec = f'nyudv2:{trees.nyudv2(tmp_path)}'
    data = open_dataset(spec, split='train')
    assert data.names == ['000003', '000004']
    assert data.tasks == set(Task)
    sample = data[1]
    assert (sample.depth == 2.0).all()
    assert np.array_equal(sample.labels, trees.ids(39))
    assert sample.fx == pytest.approx(518.858, abs=1e-3)
    assert np.isnan(sample.normals[0, :2]).all(), 'black and grey are unknown'
    # Stored as x, z and y: z forward 0.6 and y down -0.8.
    assert sample.normals[3, 3] == pytest.approx([0, -0.8, 0.6], abs=0.01)
    assert np.linalg.norm(sample.normals[1:], axis=2) == pytest.approx(1.0, abs=1e-6)
    assert sample.weights == dict.fromkeys(Task, 1.0)
    test = open_dataset(spec, split='test')
    assert test.names == ['000007']
    assert (test[0].depth == 0.5).all()
    assert test[0].normals[3, 3] == pytest.approx([1, 0, 0], abs=0.01)
    assert len(open_dataset(spec)) == 3


def test_classes_are_those_of_the_published_model() -> None:
    assert load_card('nyud').classes == NYUDV2


def test_missing_files_are_named(tmp_path: Path) -> None:
    trees.nyudv2(tmp_path)
    (tmp_path / 'normals' / '0004.png').unlink()
    with pytest.raises(HydranetError, match=r"train\.txt' names 1 files.*normals/0004\.png"):
        open_dataset(f'nyudv2:{tmp_path}', split='train')
    with pytest.raises(HydranetError, match=r'val\.txt'):
        open_dataset(f'nyudv2:{tmp_path}', split='val')


def test_real_frames(shared: Path, tmp_path: Path) -> None:
    examples = shared / 'examples' / 'nyud'
    for name in ('000433', '000464'):
        for folder, ending in (('rgb', 'rgb'), ('masks', 'segm40'), ('depth', 'depth')):
            (tmp_path / folder).mkdir(exist_ok=True)
            shutil.copy(examples / f'{name}_{ending}.png', tmp_path / folder / f'{name}.png')
    picture = cv2.imread(str(examples / '000433_normals.png'))
    picture[..., 0] = 255 - picture[..., 0]
    trees.write(tmp_path / 'normals' / '000433.png', picture)
    row = 'rgb/000433.png masks/000433.png depth/000433.png normals/000433.png'
    (tmp_path / 'train.txt').write_text(row)
    (tmp_path / 'test.txt').write_text('rgb/000464.png masks/000464.png depth/000464.png')

    sample = open_dataset(f'nyudv2:{tmp_path}', split='train')[0]
    assert sample.rgb.shape == (480, 640, 3)
    missing = np.isnan(sample.depth).mean()
    assert 0.3 < missing < 0.4
    assert np.nanmax(sample.depth) == pytest.approx(29649 / 5000)
    floor, wall = sample.labels == 1, sample.labels == 0
    assert np.nanmedian(sample.normals[floor], 0)[1] < -0.9, 'the floor looks up: y down is -1'
    assert np.nanmedian(sample.normals[wall], 0)[2] < -0.5, 'walls look at the camera'
    test = open_dataset(f'nyudv2:{tmp_path}', split='test')
    assert test.tasks == {Task.SEMANTIC, Task.DEPTH}
    assert test[0].normals is None
