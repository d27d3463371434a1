# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""A teacher's stored labels and depth, added where a set has none of its own."""

import json
from pathlib import Path

import numpy as np
import pytest

from hydranet_ros.errors import HydranetError
from hydranet_ros.training.datasets.annotated import with_annotations
from hydranet_ros.training.datasets.classes import CAMVID
from hydranet_ros.training.datasets.opening import open_dataset
from hydranet_ros.training.datasets.sample import DataSet
from hydranet_ros.zoo.card_types import Task

from . import trees

CONFIDENCE = np.array([[0, 127, 128, 255]] * 3, np.uint8).repeat(2, 0).repeat(2, 1)


@pytest.fixture
def drive(tmp_path: Path) -> DataSet:
    return open_dataset(f'kitti:{trees.kitti(tmp_path / "drive")}')


@pytest.fixture
def street_clips(tmp_path: Path) -> DataSet:
    return open_dataset(f'camvid:{trees.camvid(tmp_path / "camvid")}', split='train')


@pytest.fixture
def folder(tmp_path: Path, drive: DataSet, street_clips: DataSet) -> Path:
    """Labels for the drive, depth for CamVid, a confidence for all."""
    taught = tmp_path / 'taught'
    for name in drive.names:
        trees.write(taught / 'labels' / f'{name}.png', trees.ids(10))
    for name in street_clips.names:
        trees.write(taught / 'depth' / f'{name}.png', np.full((6, 8), 5 * 256, np.uint16))
    for name in (*drive.names, *street_clips.names):
        trees.write(taught / 'confidence' / f'{name}.png', CONFIDENCE)
    classes = [{'name': c.name, 'color': list(c.color)} for c in CAMVID]
    (taught / 'provenance.json').write_text(json.dumps({'classes': classes}))
    return taught


def test_labels_are_added(drive: DataSet, folder: Path) -> None:
    data = with_annotations(drive, folder, weight=0.5, min_confidence=0.5)
    assert data.tasks == {Task.SEMANTIC, Task.DEPTH}
    assert data.classes == CAMVID
    assert data.names == drive.names
    sample = data[1]
    assert sample.weights == {Task.DEPTH: 1.0, Task.SEMANTIC: 0.5}
    expected = np.where(CONFIDENCE >= 128, trees.ids(10), 255)
    assert np.array_equal(sample.labels, expected)
    assert sample.depth[2, 3] == 2.0, 'the true depth stays'
    whole = with_annotations(drive, folder, weight=1.0, min_confidence=0.0)[1]
    assert np.array_equal(whole.labels, trees.ids(10))


def test_depth_is_added(street_clips: DataSet, folder: Path) -> None:
    data = with_annotations(street_clips, folder, weight=0.25, min_confidence=0.0)
    sample = data[0]
    assert sample.weights == {Task.SEMANTIC: 1.0, Task.DEPTH: 0.25}
    assert (sample.depth == 5.0).all()
    assert np.array_equal(sample.labels, street_clips[0].labels), 'the true labels stay'


def test_true_labels_win(street_clips: DataSet, folder: Path) -> None:
    for name in street_clips.names:
        trees.write(folder / 'labels' / f'{name}.png', np.zeros((6, 8), np.uint8))
    sample = with_annotations(street_clips, folder, weight=0.25, min_confidence=0.0)[0]
    assert np.array_equal(sample.labels, street_clips[0].labels)
    assert sample.weights[Task.SEMANTIC] == 1.0


def test_what_is_wrong_is_said(drive: DataSet, street_clips: DataSet, folder: Path) -> None:
    def refused(data: DataSet, said: str) -> None:
        with pytest.raises(HydranetError, match=said):
            with_annotations(data, folder, weight=1.0, min_confidence=0.5)

    both = with_annotations(drive, folder, weight=1.0, min_confidence=0.5)
    refused(both, 'adds nothing to the data set kitti, which has depth, semantic')
    refused(street_clips, 'adds depth alone to camvid, and confidences are of labels')
    (folder / 'confidence' / '0000000002.png').unlink()
    refused(drive, r'confidence.* lacks 1 of 4 files: 0000000002')
    provenance = (folder / 'provenance.json').read_text()
    (folder / 'provenance.json').write_text('{}')
    refused(drive, r"provenance\.json.*does not tell what .*'classes'")
    (folder / 'provenance.json').write_text(provenance)
    (folder / 'labels' / '0000000003.png').unlink()
    refused(drive, r'labels.* lacks 1 of 4 files: 0000000003')
    with pytest.raises(HydranetError, match='hydranet train --label'):
        with_annotations(drive, folder / 'no', weight=1.0, min_confidence=0.0)


def test_depth_of_another_camera_is_refused(street_clips: DataSet, folder: Path) -> None:
    path = folder / 'provenance.json'
    path.write_text(json.dumps({**json.loads(path.read_text()), 'depth': {'fx': 500.0}}))
    with pytest.raises(HydranetError, match='made with a focal length.* camvid come without one'):
        with_annotations(street_clips, folder, weight=1.0, min_confidence=0.0)
