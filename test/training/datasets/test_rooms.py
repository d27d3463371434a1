# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The two rooms of other focal lengths, real or rendered, where they are present."""

from pathlib import Path

import numpy as np
import pytest

from hydranet_ros.errors import HydranetError
from hydranet_ros.training.datasets.classes import NYUDV2
from hydranet_ros.training.datasets.opening import open_dataset
from hydranet_ros.zoo.card_types import Task


def test_replica(shared: Path) -> None:
    spec = f'replica:{shared}/replica_office0'
    assert len(open_dataset(spec)) == 81
    assert len(open_dataset(spec, split='train')) == 65
    data = open_dataset(spec, split='test')
    assert len(data) == 16
    assert data.names[0] == '0065'
    assert data.tasks == {Task.SEMANTIC, Task.DEPTH}
    assert data.classes == NYUDV2
    sample = data[3]
    assert sample.fx == 300.0
    assert sample.rgb.shape == (340, 600, 3)
    assert 0.5 < np.nanmedian(sample.depth) < 5
    assert set(np.unique(sample.labels)) <= {*range(40), 255}
    assert 0 in sample.labels, 'a wall'


def test_seven_scenes(shared: Path) -> None:
    spec = '7scenes:7scenes_kitchen'
    data = open_dataset(spec, split='100-279', root=shared)
    assert len(data) == 180
    assert data.tasks == {Task.DEPTH}
    sample = data[0]
    assert sample.name == '000100'
    assert sample.fx == 526.0
    assert sample.depth.shape == (480, 640)
    assert 0.5 < np.nanmedian(sample.depth) < 5
    assert 0.05 < np.isnan(sample.depth).mean() < 0.6
    with pytest.raises(HydranetError, match="no split 'test'; .*0-279"):
        open_dataset(spec, split='test', root=shared)


def test_replica_without_its_description(tmp_path: Path) -> None:
    with pytest.raises(HydranetError, match=r'intrinsics_here\.fx.*meta\.json'):
        open_dataset(f'replica:{tmp_path}')
