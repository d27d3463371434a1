# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""CamVid: the real 480x360 frames where they are present, and what is said of a damaged copy."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from hydranet_ros.errors import HydranetError
from hydranet_ros.sources.street_classes import Class
from hydranet_ros.training.datasets.classes import CAMVID
from hydranet_ros.training.datasets.opening import open_dataset
from hydranet_ros.zoo.card_types import Task

from . import trees


def test_real_frames(shared: Path) -> None:
    counts = {'train': 367, 'val': 101, 'test': 233, None: 701}
    sets = {split: open_dataset('camvid:camvid', split=split, root=shared) for split in counts}
    assert {split: len(data) for split, data in sets.items()} == counts
    assert not set(sets['train'].names) & set(sets['test'].names)
    data = sets['val']
    assert data.tasks == {Task.SEMANTIC}
    assert data.classes == CAMVID
    sample = data[40]
    assert sample.rgb.shape == (360, 480, 3)
    assert sample.rgb.dtype == np.uint8
    assert sample.labels.dtype == np.uint8
    stored = cv2.imread(f'{shared}/camvid/valannot/{sample.name}.png', cv2.IMREAD_UNCHANGED)
    assert np.array_equal(sample.labels, np.where(stored == 11, 255, stored))
    assert (sample.labels == 255).any()
    assert (sample.labels == Class.ROAD).mean() > 0.1
    assert sample.depth is None
    assert sample.normals is None
    assert sample.fx is None
    assert sample.weights == {Task.SEMANTIC: 1.0}


def test_classes_are_those_of_the_street() -> None:
    assert [c.name for c in CAMVID] == [member.name.lower() for member in Class]


def test_red_is_first(tmp_path: Path) -> None:
    trees.camvid(tmp_path)
    red_first = open_dataset(f'camvid:{tmp_path}', split='train')[1].rgb
    assert np.array_equal(red_first, trees.rgb()[..., ::-1])


def test_lists_of_pairs_of_paths_are_read(tmp_path: Path) -> None:
    trees.camvid(tmp_path)
    line = '/SegNet/CamVid/train/train_b.png /SegNet/CamVid/trainannot/train_b.png'
    (tmp_path / 'train.txt').write_text(line + '\n')
    assert open_dataset(f'camvid:{tmp_path}', split='train').names == ['train_b']


def test_missing_files_are_named(tmp_path: Path) -> None:
    trees.camvid(tmp_path)
    (tmp_path / 'valannot' / 'val_b.png').unlink()
    with pytest.raises(HydranetError, match=r'valannot.* lacks 1 of 2 files: val_b'):
        open_dataset(f'camvid:{tmp_path}', split='val')
    (tmp_path / 'test.txt').unlink()
    with pytest.raises(HydranetError, match=r'test\.txt'):
        open_dataset(f'camvid:{tmp_path}', split='test')
    with pytest.raises(HydranetError, match=r"no split 'trian'; choose one of: train, val, test"):
        open_dataset(f'camvid:{tmp_path}', split='trian')


@pytest.mark.parametrize(
    ('labels', 'said'),
    [
        (trees.ids(13), r'train_a\.png.* class id 12, 13,.* only 0 to 11, 255'),
        (trees.ids(3, 6, 9), r'train_a\.png.* is 9x6 pixels, but its image is 8x6'),
        (trees.rgb(), r'train_a\.png.* is uint8 6x8x3, but an 8-bit image of one channel'),
        (trees.ids(3).astype(np.uint16), r'train_a\.png.* is uint16 6x8, but an 8-bit'),
    ],
)
def test_wrong_labels_are_refused(tmp_path: Path, labels: np.ndarray, said: str) -> None:
    trees.camvid(tmp_path)
    trees.write(tmp_path / 'trainannot' / 'train_a.png', labels)
    data = open_dataset(f'camvid:{tmp_path}', split='train')
    with pytest.raises(HydranetError, match=said):
        data[0]


def test_lossy_labels_are_refused(tmp_path: Path) -> None:
    trees.camvid(tmp_path)
    (tmp_path / 'trainannot' / 'train_a.png').unlink()
    trees.write(tmp_path / 'trainannot' / 'train_a.jpg', trees.ids(3))
    with pytest.raises(HydranetError, match=r'train_a\.jpg.* compressed with losses'):
        open_dataset(f'camvid:{tmp_path}', split='train')[0]


def test_names_are_read_once(tmp_path: Path) -> None:
    trees.camvid(tmp_path, ('a', 'a.b'))
    assert open_dataset(f'camvid:{tmp_path}', split='val').names == ['val_a', 'val_a.b']
    (tmp_path / 'train.txt').write_text('train_a\ntrain/train_a.png\n')
    with pytest.raises(HydranetError, match=r'names 1 samples more than once, .* train_a\.'):
        open_dataset(f'camvid:{tmp_path}', split='train')
    (tmp_path / 'train.txt').write_text('\n')
    with pytest.raises(HydranetError, match=r"train\.txt' is empty"):
        open_dataset(f'camvid:{tmp_path}', split='train')


@pytest.mark.parametrize('kept', [0, 40])
def test_damaged_labels_are_refused(tmp_path: Path, kept: int) -> None:
    path = trees.camvid(tmp_path) / 'trainannot' / 'train_a.png'
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(HydranetError, match=rf'train_a\.png.*{kept} bytes.* damaged'):
        open_dataset(f'camvid:{tmp_path}', split='train')[0]


def test_iterating_ends(tmp_path: Path) -> None:
    data = open_dataset(f'camvid:{trees.camvid(tmp_path)}', split='train')
    assert [sample.name for sample in data] == list(data.names) == ['train_a', 'train_b']
    with pytest.raises(IndexError):
        data[2]
