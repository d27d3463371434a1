# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""What is said of a specification that names no data set."""

from pathlib import Path
import pickle

import pytest

from hydranet_ros.errors import HydranetError
from hydranet_ros.training.datasets.opening import open_dataset

from . import trees


@pytest.mark.parametrize(
    ('spec', 'said'),
    [
        ('camvit:data', "did you mean 'camvid'"),
        ('/data/camvid', 'camvid:PATH, kitti:PATH'),
        ('', 'camvid:PATH'),
        ('kitti', 'lacks the folder: kitti:PATH'),
        ('kitti:nowhere', r"no folder '.*nowhere'"),
    ],
)
def test_wrong_spec(tmp_path: Path, spec: str, said: str) -> None:
    with pytest.raises(HydranetError, match=said):
        open_dataset(spec, root=tmp_path)


def test_root_is_for_relative_paths(tmp_path: Path) -> None:
    trees.kitti(tmp_path / 'sets' / 'drive')
    assert len(open_dataset('kitti:sets/drive', root=tmp_path)) == 4
    absolute = tmp_path / 'sets' / 'drive'
    assert len(open_dataset(f'kitti:{absolute}', root=Path('/nowhere'))) == 4


def test_worker_processes_can_take_a_set(tmp_path: Path) -> None:
    data = open_dataset(f'kitti:{trees.kitti(tmp_path)}')
    copy = pickle.loads(pickle.dumps(data))
    assert copy.names == data.names
    assert (copy[2].rgb == data[2].rgb).all()
