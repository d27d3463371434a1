# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Cityscapes in its official layout, drawn: no real frame is at hand."""

import json
from pathlib import Path

import numpy as np
import pytest

from hydranet_ros.errors import HydranetError
from hydranet_ros.training.datasets.opening import open_dataset

from . import trees


def test_label_ids(tmp_path: Path) -> None:
    data = open_dataset(f'cityscapes:{trees.cityscapes(tmp_path)}', split='train')
    assert data.names == ['aachen_000000_000019', 'bochum_000000_000019']
    assert len(data.classes) == 19
    sample = data[0]
    stored = trees.ids(33)
    for label_id, name in ((7, 'road'), (11, 'building'), (26, 'car'), (33, 'bicycle')):
        train_id = [c.name for c in data.classes].index(name)
        assert set(sample.labels[:5][stored[:5] == label_id]) == {train_id}
    # 4 is static, 9 parking, 14 guard rail, 29 caravan: none is evaluated.
    assert set(sample.labels[np.isin(stored, (0, 4, 9, 14, 29))]) == {255}
    assert len(np.unique(sample.labels)) == 20
    assert sample.labels[-1, -1] == 255
    assert sample.fx is None
    assert open_dataset(f'cityscapes:{tmp_path}', split='val').names == ['lindau_000000_000019']
    assert len(open_dataset(f'cityscapes:{tmp_path}')) == 3


def test_train_ids(tmp_path: Path) -> None:
    trees.cityscapes(tmp_path, 'labelTrainIds', 18)
    labels = open_dataset(f'cityscapes:{tmp_path}', split='val')[0].labels
    assert np.array_equal(labels.ravel()[:-1], trees.ids(18).ravel()[:-1])


def test_focal_length(tmp_path: Path) -> None:
    trees.cityscapes(tmp_path)
    camera = tmp_path / 'camera' / 'val' / 'lindau' / 'lindau_000000_000019_camera.json'
    camera.parent.mkdir(parents=True)
    camera.write_text(json.dumps({'intrinsic': {'fx': 2262.52}}))
    assert open_dataset(f'cityscapes:{tmp_path}', split='val')[0].fx == 2262.52
    camera.write_text('{}')
    with pytest.raises(HydranetError, match=r'lindau_000000_000019_camera\.json'):
        open_dataset(f'cityscapes:{tmp_path}', split='val')


def test_what_is_missing_is_said(tmp_path: Path) -> None:
    trees.cityscapes(tmp_path)
    (tmp_path / 'gtFine/train/bochum/bochum_000000_000019_gtFine_labelIds.png').unlink()
    with pytest.raises(HydranetError, match=r'lacks 1 of 2 files .*labelIds\.png: bochum'):
        open_dataset(f'cityscapes:{tmp_path}', split='train')
    with pytest.raises(HydranetError, match='Give the folder that leftImg8bit and gtFine'):
        open_dataset(f'cityscapes:{tmp_path}/gtFine', split='train')
    with pytest.raises(HydranetError, match='train, val, test'):
        open_dataset(f'cityscapes:{tmp_path}', split='0-3')


def test_unknown_id_is_refused(tmp_path: Path) -> None:
    trees.cityscapes(tmp_path, highest=34)
    with pytest.raises(HydranetError, match='class id 34'):
        open_dataset(f'cityscapes:{tmp_path}', split='val')[0]
