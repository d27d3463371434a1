# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Pascal VOC: real frames, whose labels have a palette, in the official layout."""

from pathlib import Path
import shutil

import numpy as np
import pytest

from hydranet_ros.errors import HydranetError
from hydranet_ros.training.datasets.classes import VOC
from hydranet_ros.training.datasets.opening import open_dataset

from . import trees

NAMES = ('2007_004189', '2008_005197', '2009_002584')


@pytest.fixture
def voc(shared: Path, tmp_path: Path) -> Path:
    lists = tmp_path / 'ImageSets' / 'Segmentation'
    for folder in (lists, tmp_path / 'JPEGImages', tmp_path / 'SegmentationClass'):
        folder.mkdir(parents=True)
    for name in NAMES:
        shutil.copy(shared / 'examples/voc' / f'{name}.jpg', tmp_path / 'JPEGImages')
        shutil.copy(shared / 'examples/voc' / f'{name}.png', tmp_path / 'SegmentationClass')
    (lists / 'train.txt').write_text(f'{NAMES[0]}\n')
    (lists / 'val.txt').write_text('\n'.join(NAMES[1:]) + '\n')
    (lists / 'trainval.txt').write_text('\n'.join(NAMES) + '\n')
    return tmp_path


def test_real_frames(voc: Path) -> None:
    assert open_dataset(f'voc:{voc}').names == list(NAMES)
    data = open_dataset(f'voc:{voc}', split='val')
    assert len(data) == 2
    assert len(data.classes) == 21
    for sample in open_dataset(f'voc:{voc}'):
        assert sample.labels.shape == sample.rgb.shape[:2]
        found = set(np.unique(sample.labels).tolist())
        assert {0, 255} < found <= {*range(21), 255}
        assert len(found) < 8


def test_palette_colours(voc: Path) -> None:
    """The palette inside the files is the one that the classes are shown in."""
    data = (voc / 'SegmentationClass' / f'{NAMES[0]}.png').read_bytes()
    start = data.index(b'PLTE') + 4
    palette = np.frombuffer(data[start : start + 63], np.uint8).reshape(21, 3)
    assert [c.color for c in VOC] == [tuple(row) for row in palette.tolist()]


def test_what_is_wrong_is_said(voc: Path) -> None:
    with pytest.raises(
        HydranetError, match="no split 'test'; choose one of: train, trainval, val"
    ):
        open_dataset(f'voc:{voc}', split='test')
    (voc / 'SegmentationClass' / f'{NAMES[1]}.png').unlink()
    with pytest.raises(HydranetError, match=f'SegmentationClass.* lacks 1 of 2 files: {NAMES[1]}'):
        open_dataset(f'voc:{voc}', split='val')
    with pytest.raises(HydranetError, match='VOCdevkit/VOC2012'):
        open_dataset(f'voc:{voc.parent}', split='val')
    trees.write(voc / 'SegmentationClass' / f'{NAMES[0]}.png', trees.ids(3))
    with pytest.raises(HydranetError, match='8x6 pixels, but its image is 500x333'):
        open_dataset(f'voc:{voc}', split='train')[0]
