# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The plain folder: what may be missing, what dataset.yaml says, what is refused."""

from pathlib import Path

import numpy as np
import pytest

from hydranet_ros.errors import HydranetError
from hydranet_ros.training.datasets.classes import NYUDV2
from hydranet_ros.training.datasets.opening import open_dataset
from hydranet_ros.zoo.card_types import SemanticClass
from hydranet_ros.zoo.card_types import Task

from . import trees

DESCRIPTION = """
classes:
  - {name: floor, color: [1, 2, 3]}
  - {name: robot, color: [4, 5, 6]}
ignored: [7]
depth_scale: 1000
normals_axes: x -y -z
fx: 250
"""


@pytest.fixture
def full(tmp_path: Path) -> Path:
    """Two frames with everything, the labels 0, 1 and 7."""
    for name in ('frame9', 'frame10'):
        trees.write(tmp_path / 'rgb' / f'{name}.jpg', trees.rgb())
        labels = trees.ids(1)
        labels[0, 0] = 7
        trees.write(tmp_path / 'labels' / f'{name}.png', labels)
        trees.write(tmp_path / 'depth' / f'{name}.png', np.full((6, 8), 1500, np.uint16))
        trees.write(tmp_path / 'normals' / f'{name}.png', trees.normals((0.0, 0.0, 1.0)))
    (tmp_path / 'dataset.yaml').write_text(DESCRIPTION)
    return tmp_path


def test_everything(full: Path) -> None:
    data = open_dataset(f'folder:{full}')
    assert data.names == ['frame9', 'frame10']
    assert data.tasks == set(Task)
    assert data.classes == (SemanticClass('floor', (1, 2, 3)), SemanticClass('robot', (4, 5, 6)))
    sample = data[0]
    assert sample.labels[0, 0] == 255
    assert set(np.unique(sample.labels)) == {0, 1, 255}
    assert (sample.depth == 1.5).all()
    assert sample.normals[3, 3] == pytest.approx([0, 0, -1], abs=0.01)
    assert sample.fx == 250.0


def test_splits(full: Path) -> None:
    (full / 'val.txt').write_text('frame10\n')
    assert open_dataset(f'folder:{full}', split='val').names == ['frame10']
    assert open_dataset(f'folder:{full}', split='0-0').names == ['frame9']
    trees.write(full / 'test' / 'rgb' / 'other.png', trees.rgb())
    trees.write(full / 'test' / 'depth' / 'other.png', np.full((6, 8), 500, np.uint16))
    test = open_dataset(f'folder:{full}', split='test')
    assert test.tasks == {Task.DEPTH}
    assert (test[0].depth == 0.5).all()
    with pytest.raises(HydranetError, match="no split 'train'; .*0-1"):
        open_dataset(f'folder:{full}', split='train')


def test_images_alone(tmp_path: Path) -> None:
    trees.write(tmp_path / 'a.png', trees.rgb())
    data = open_dataset(f'folder:{tmp_path}')
    assert data.names == ['a']
    assert data.tasks == set()
    assert data[0].weights == {}


def test_real_video(shared: Path) -> None:
    data = open_dataset('folder:kitti/video_rgb', split='10-19', root=shared)
    assert data.names[0] == '0011'
    assert len(data) == 10


def test_arrays(tmp_path: Path) -> None:
    trees.write(tmp_path / 'rgb' / 'a.png', trees.rgb())
    depth = np.full((6, 8), 2.5, np.float32)
    depth[0, :4] = (0, -1, np.inf, np.nan)
    (tmp_path / 'depth').mkdir()
    np.save(tmp_path / 'depth' / 'a.npy', depth)
    (tmp_path / 'normals').mkdir()
    np.save(tmp_path / 'normals' / 'a.npy', np.full((6, 8, 3), (0, 0, -1.1), np.float32))
    (tmp_path / 'dataset.yaml').write_text('depth_scale: 1')
    sample = open_dataset(f'folder:{tmp_path}')[0]
    assert np.isnan(sample.depth[0, :4]).all()
    assert (sample.depth[1:] == 2.5).all()
    assert (sample.normals == (0, 0, -1)).all()


def test_classes_and_camera_by_reference(full: Path) -> None:
    camera = 'image_width: 16\nimage_height: 12\ncamera_matrix: {data: [90,0,8,0,90,6,0,0,1]}\n'
    (full / 'camera.yaml').write_text(camera)
    description = 'classes_of: nyudv2\ndepth_scale: 1000\ncamera: camera.yaml\n'
    (full / 'dataset.yaml').write_text(description)
    data = open_dataset(f'folder:{full}')
    assert data.classes == NYUDV2
    assert data[0].fx == 45.0, 'the calibration is of images twice as wide'


def test_missing_annotations(full: Path) -> None:
    (full / 'depth' / 'frame9.png').unlink()
    with pytest.raises(HydranetError, match='depth.* lacks 1 of 2 files: frame9'):
        open_dataset(f'folder:{full}')
    (full / 'dataset.yaml').write_text(DESCRIPTION + 'partial: true\n')
    data = open_dataset(f'folder:{full}')
    assert data.tasks == set(Task)
    assert data[0].depth is None
    assert set(data[0].weights) == {Task.SEMANTIC, Task.NORMALS}
    assert set(data[1].weights) == set(Task)


@pytest.mark.parametrize(
    ('description', 'said'),
    [
        ('depth_scale: 1000', r'labels, but no classes.*dataset\.yaml.*classes_of: camvid'),
        ('classes_of: camvid', r'which unit.*depth_scale: 1000'),
        ('clases_of: camvid', r'dataset\.yaml: clases_of .*did you mean classes_of'),
        ('classes_of: camvit\ndepth_scale: 1', 'camvit'),
        (DESCRIPTION.replace('1000', '0'), r'dataset\.yaml: depth_scale must be above 0'),
        (DESCRIPTION + 'camera: camera.yaml', r'dataset\.yaml: fx cannot stand beside camera'),
        (DESCRIPTION + 'classes_of: camvid', r'classes_of cannot stand beside classes'),
        (DESCRIPTION.replace('x -y -z', 'x y'), "normals_axes 'x y'"),
        (DESCRIPTION.replace('robot', 'floor'), r'classes\[1\]\.name is floor, which another'),
        (DESCRIPTION.replace('4, 5', '4, 256'), r'classes\[1\]\.color must be three numbers'),
        (DESCRIPTION.replace('[7]', '[256]'), 'ignored must be ids of at most 255'),
        ('[', r'dataset\.yaml'),
    ],
)
def test_wrong_descriptions(full: Path, description: str, said: str) -> None:
    (full / 'dataset.yaml').write_text(description)
    with pytest.raises(HydranetError, match=said):
        open_dataset(f'folder:{full}')


@pytest.mark.parametrize(
    ('file', 'array', 'said'),
    [
        ('depth/frame9.png', trees.ids(3), r'frame9\.png.*uint8 6x8, but a 16-bit depth'),
        ('depth/frame9.png', np.ones((5, 8), np.uint16), 'is 8x5 pixels, but its image is 8x6'),
        ('normals/frame9.png', trees.ids(3), r'frame9\.png.*RGB image of normals'),
        ('labels/frame9.png', trees.ids(5), r'frame9\.png.* id 2, 3, 4, 5,.*0 to 1, 7, 255'),
    ],
)
def test_wrong_files(full: Path, file: str, array: np.ndarray, said: str) -> None:
    trees.write(full / file, array)
    with pytest.raises(HydranetError, match=said):
        open_dataset(f'folder:{full}')[0]


def test_two_files_of_one_name(full: Path) -> None:
    trees.write(full / 'rgb' / 'frame9.png', trees.rgb())
    with pytest.raises(HydranetError, match=r'both frame9\.jpg and frame9\.png'):
        open_dataset(f'folder:{full}')
