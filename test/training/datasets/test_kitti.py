# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""KITTI: the real sequence where it is present, its calibration, ranges of frames."""

from pathlib import Path

import numpy as np
import pytest

from hydranet_ros.errors import HydranetError
from hydranet_ros.training.datasets.opening import open_dataset
from hydranet_ros.zoo.card_types import Task

from . import trees


def test_real_sequence(shared: Path) -> None:
    train = open_dataset('kitti:kitti/sfnd_seq', split='train', root=shared)
    test = open_dataset('kitti:kitti/sfnd_seq', split='test', root=shared)
    assert [int(name) for name in train.names] == list(range(60))
    assert [int(name) for name in test.names] == list(range(60, 78))
    assert test.tasks == {Task.DEPTH}
    assert test.classes == ()
    sample = test[17]
    assert sample.fx == pytest.approx(721.5377)
    assert sample.depth.dtype == np.float32
    assert sample.depth.shape == sample.rgb.shape[:2] == (375, 1242)
    known = np.isfinite(sample.depth)
    assert 0.03 < known.mean() < 0.04
    assert sample.depth[known].min() > 3
    assert 40 < sample.depth[known].max() < 100
    assert sample.labels is None
    assert sample.weights == {Task.DEPTH: 1.0}


def test_depth_and_ranges(tmp_path: Path) -> None:
    spec = f'kitti:{trees.kitti(tmp_path)}'
    assert len(open_dataset(spec)) == 4
    data = open_dataset(spec, split='1-2')
    assert [int(name) for name in data.names] == [1, 2]
    depth = data[1].depth
    assert depth[2, 3] == 3.0
    assert np.isnan(depth).sum() == depth.size - 1
    assert data[0].fx is None
    for split, said in (('2-4', 'frames 0-3; 2-4'), ('train', 'range of frames such as 0-3')):
        with pytest.raises(HydranetError, match=said):
            open_dataset(spec, split=split)


def test_saturated_depth_is_none(tmp_path: Path) -> None:
    trees.kitti(tmp_path)
    trees.write(tmp_path / 'depth_velo' / '0000000000.png', np.full((6, 8), 65535, np.uint16))
    depth = open_dataset(f'kitti:{tmp_path}')[0].depth
    assert np.isnan(depth).all()


@pytest.mark.parametrize('row', ['P2 7.0e+02 0 6.0e+02 0', 'P_rect_02: 7.0e+02 0 6.0e+02 0'])
@pytest.mark.parametrize('above', [False, True])
def test_focal_length(tmp_path: Path, row: str, above: bool) -> None:
    root = trees.kitti(tmp_path / 'drive')
    file = (tmp_path if above else root) / 'calib_cam_to_cam.txt'
    file.write_text(f'P1 1 0 0 0\n{row}\nR0_rect 1 0 0\n')
    assert open_dataset(f'kitti:{root}')[0].fx == 700.0


def test_unclear_focal_length_is_refused(tmp_path: Path) -> None:
    root = trees.kitti(tmp_path / 'drive')
    (tmp_path / 'calib_1.txt').write_text('P2 700 0\n')
    (tmp_path / 'calib_2.txt').write_text('P2 701 0\n')
    with pytest.raises(HydranetError, match='calib_1.*calib_2.*different focal lengths'):
        open_dataset(f'kitti:{root}')
    (root / 'calib.txt').write_text('P3 700 0\n')
    with pytest.raises(HydranetError, match=r'calib\.txt.* has no row P2'):
        open_dataset(f'kitti:{root}')


@pytest.mark.parametrize('beside', [False, True])
def test_official_layout(tmp_path: Path, beside: bool) -> None:
    spec = f'kitti:{trees.drives(tmp_path, beside=beside)}'
    for place in (tmp_path / '2011_09_26', tmp_path / 'train'):
        if place.is_dir():
            (place / 'calib_cam_to_cam.txt').write_text('P_rect_02: 7.07e+02 0\n')
            (place / 'calib_velo_to_cam.txt').write_text('R: 1 0 0\n')
    data = open_dataset(spec, split='train')
    name = '2011_09_26_drive_0001_sync_0000000001'
    assert data.names == [name, name[:-1] + '2']
    sample = data[1]
    assert (sample.depth == 2.0).all()
    assert np.array_equal(sample.rgb, trees.rgb(seed=2)[..., ::-1])
    assert sample.fx == 707.0
    assert len(open_dataset(spec)) == 4
    assert open_dataset(spec, split='val')[0].fx is None
    with pytest.raises(HydranetError, match="no split 'test'; choose one of: train, val"):
        open_dataset(spec, split='test')


def test_official_layout_without_images(tmp_path: Path) -> None:
    trees.drives(tmp_path, beside=False)
    (tmp_path / '2011_09_26/2011_09_26_drive_0001_sync/image_02/data/0000000002.png').unlink()
    with pytest.raises(HydranetError, match='data.* lacks 1 of 2 files: 0000000002'):
        open_dataset(f'kitti:{tmp_path}', split='train')
    with pytest.raises(HydranetError, match='holds neither image_02 and depth_velo nor'):
        open_dataset(f'kitti:{tmp_path / "2011_09_26"}')
