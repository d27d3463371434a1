# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Instances: connected components, and the maps of small data sets in their official layouts.

The real sets are not looked at.
"""

from pathlib import Path

import cv2
from hypothesis import given
import numpy as np
import pytest

from hydranet_ros import HydranetError
from hydranet_ros.evaluation.diagnostics.instance_maps import InstanceReader
from hydranet_ros.evaluation.diagnostics.instances import components
from hydranet_ros.evaluation.diagnostics.instances import joined
from hydranet_ros.evaluation.diagnostics.instances import of_map
from hydranet_ros.evaluation.evaluation_data import EvaluationData
from hydranet_ros.training.datasets.opening import open_dataset

from .label_images import label_images
from .untimed import untimed

IMAGE = np.zeros((4, 8, 3), np.uint8)


def flooded(truth: np.ndarray, start: tuple[int, int]) -> np.ndarray:
    """Return what eight-neighbour steps within a label reach."""
    reached = np.zeros(truth.shape, bool)
    pending = [start]
    while pending:
        row, column = pending.pop()
        inside = 0 <= row < truth.shape[0] and 0 <= column < truth.shape[1]
        if inside and truth[row, column] == truth[start] and not reached[row, column]:
            reached[row, column] = True
            pending += [(row + y, column + x) for y in (-1, 0, 1) for x in (-1, 0, 1)]
    return reached


@untimed
@given(label_images(3))
def test_components_are_what_can_be_reached(truth: np.ndarray) -> None:
    least = 3
    found, specks = components(truth, range(3), least)
    small = 0
    seen = np.zeros(truth.shape, bool)
    for pixel in np.ndindex(truth.shape):
        whole = flooded(truth, pixel)
        if truth[pixel] == 255 or whole.sum() < least:
            assert found.ids[pixel] == 0
            small += int(truth[pixel] != 255 and not seen[pixel])
        else:
            assert found.classes[found.ids[pixel] - 1] == truth[pixel]
            np.testing.assert_array_equal(found.ids == found.ids[pixel], whole)
        seen |= whole
    assert specks == small
    assert set(np.unique(found.ids)) - {0} == set(range(1, len(found.classes) + 1))


def test_a_map_tells_touching_objects_apart() -> None:
    truth = np.array([[1, 1, 1, 2, 0, 255, 1]], np.uint8)
    stored = np.array([[7, 7, 9, 9, 3, 7, 0]], np.int32)
    found = of_map(truth, stored, [1, 2])
    assert found.classes.tolist() == [1, 1, 2]
    np.testing.assert_array_equal(found.ids, [[1, 1, 2, 3, 0, 0, 0]])
    both = joined(found, components(truth, [0], 1)[0])
    assert both.classes.tolist() == [1, 1, 2, 0]
    np.testing.assert_array_equal(both.ids, [[1, 1, 2, 3, 4, 0, 0]])


def test_nothing_there() -> None:
    truth = np.full((2, 3), 255, np.uint8)
    found = joined(of_map(truth, np.ones((2, 3), np.int32), [0]), components(truth, [1], 1)[0])
    assert not len(found.classes)
    assert not found.ids.any()


@pytest.fixture
def voc(tmp_path: Path) -> Path:
    """One image: a horse beside another one, an outline around them."""
    labels = np.full((4, 8), 255, np.uint8)
    labels[:, 6:] = 0
    labels[1:3, 1:5] = 13
    objects = np.full((4, 8), 255, np.uint8)
    objects[:, 6:] = 0
    objects[1:3, 1:3], objects[1:3, 3:5] = 1, 2
    write(tmp_path / 'JPEGImages' / 'a.png', IMAGE)
    write(tmp_path / 'SegmentationClass' / 'a.png', labels)
    write(tmp_path / 'SegmentationObject' / 'a.png', objects)
    lists = tmp_path / 'ImageSets' / 'Segmentation'
    lists.mkdir(parents=True)
    (lists / 'val.txt').write_text('a\n')
    return tmp_path


def write(path: Path, image: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), image)


def opened(spec: str, split: str) -> EvaluationData:
    return EvaluationData(open_dataset(spec, split=split), spec, split)


def names(data: EvaluationData) -> list[str]:
    return [one.name for one in data.dataset.classes]


def test_voc(voc: Path) -> None:
    data = opened(f'voc:{voc}', 'val')
    reader = InstanceReader(data, names(data), 25)
    truth = data.dataset[0].labels
    found = reader.read('a', truth)
    assert found.classes.tolist() == [13, 13]
    assert [int((found.ids == i).sum()) for i in (1, 2)] == [4, 4]
    assert reader.specks == 1, 'the background is taken by components'
    assert "the data set's own of aeroplane" in reader.source
    assert 'components of at least 25 pixels of background' in reader.source


def test_outlines_of_voc_are_no_object(voc: Path) -> None:
    path = voc / 'SegmentationObject' / 'a.png'
    stored = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    stored[1, 1] = 255
    write(path, stored)
    data = opened(f'voc:{voc}', 'val')
    found = InstanceReader(data, names(data), 25).read('a', data.dataset[0].labels)
    assert np.bincount(found.ids.ravel()).tolist() == [25, 3, 4]


def test_voc_without_maps(voc: Path) -> None:
    (voc / 'SegmentationObject' / 'a.png').unlink()
    data = opened(f'voc:{voc}', 'val')
    reader = InstanceReader(data, names(data), 1)
    assert reader.read('a', data.dataset[0].labels).classes.tolist() == [0, 13]
    assert 'has no maps of instances' in reader.source


def cityscapes(root: Path, ids: np.ndarray) -> EvaluationData:
    labels = np.where(ids < 1000, ids, ids.astype(int) // 1000).astype(np.uint8)
    place = Path('val', 'town')
    write(root / 'leftImg8bit' / place / 'town_0_leftImg8bit.png', IMAGE)
    write(root / 'gtFine' / place / 'town_0_gtFine_labelIds.png', labels)
    write(root / 'gtFine' / place / 'town_0_gtFine_instanceIds.png', ids)
    return opened(f'cityscapes:{root}', 'val')


def test_cityscapes(tmp_path: Path) -> None:
    ids = np.full((4, 8), 7, np.uint16)  # road
    ids[0, :2], ids[0, 2:4], ids[1, :2] = 26000, 26001, 26  # two cars, a group of cars
    data = cityscapes(tmp_path, ids)
    reader = InstanceReader(data, names(data), 1)
    found = reader.read('town_0', data.dataset[0].labels)
    assert found.classes.tolist() == [13, 13, 0]
    assert [int((found.ids == i).sum()) for i in (1, 2, 3)] == [2, 2, 26]
    assert found.ids[1, 0] == 0, 'a group is no instance'
    assert 'own of person, rider, car' in reader.source


def test_the_set_tells_what_a_number_is_not_the_depth_of_the_png(
    voc: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = voc / 'SegmentationObject' / 'a.png'
    stored = cv2.imread(str(path), cv2.IMREAD_UNCHANGED).astype(np.uint16)
    stored[1, 1] = 255
    write(path, stored)
    data = opened(f'voc:{voc}', 'val')
    found = InstanceReader(data, names(data), 25).read('a', data.dataset[0].labels)
    assert np.bincount(found.ids.ravel()).tolist() == [25, 3, 4]
    root = tmp_path_factory.mktemp('cityscapes')
    data = cityscapes(root, np.full((4, 8), 26, np.uint8))  # all of it a group of cars
    assert not len(
        InstanceReader(data, names(data), 1).read('town_0', data.dataset[0].labels).classes
    )


@pytest.mark.parametrize(
    ('image', 'words'),
    [
        (np.zeros((4, 7), np.uint8), '7x4 pixels, but its image is 8x4'),
        (IMAGE, 'is no map of instances'),
        (None, 'is no map of instances'),
    ],
)
def test_a_map_that_is_none(voc: Path, image: np.ndarray | None, words: str) -> None:
    path = voc / 'SegmentationObject' / 'a.png'
    if image is None:
        path.write_text('nothing')
    else:
        write(path, image)
    data = opened(f'voc:{voc}', 'val')
    with pytest.raises(HydranetError, match=words):
        InstanceReader(data, names(data), 1).read('a', data.dataset[0].labels)


def test_some_maps_are_missing(voc: Path) -> None:
    for folder in ('JPEGImages', 'SegmentationClass'):
        data = (voc / folder / 'a.png').read_bytes()
        (voc / folder / 'b.png').write_bytes(data)
    (voc / 'ImageSets' / 'Segmentation' / 'val.txt').write_text('a\nb\n')
    opened_set = opened(f'voc:{voc}', 'val')
    with pytest.raises(HydranetError, match='1 of 2 images have none, for example b'):
        InstanceReader(opened_set, names(opened_set), 1)
