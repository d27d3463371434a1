# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The street as a data set."""

import numpy as np
import pytest

from hydranet_ros.errors import HydranetError
from hydranet_ros.training.datasets.opening import open_dataset
from hydranet_ros.zoo.card_types import Task


def test_street() -> None:
    data = open_dataset('street:6x3')
    assert len(data) == len(set(data.names)) == 6
    assert len(data.classes) == 11
    assert data.tasks == {Task.SEMANTIC, Task.DEPTH}
    first, last = data[0], data[5]
    assert first.rgb.shape == (480, 640, 3)
    assert first.fx == pytest.approx(448.0)
    assert set(np.unique(last.labels)) <= set(range(11))
    assert np.array_equal(np.isnan(last.depth), last.labels == 0)
    assert np.abs(first.rgb.astype(int) - last.rgb).mean() > 5, 'pictures differ'
    again = open_dataset('street:6x3', split='5-5')
    assert again.names == data.names[5:]
    assert np.array_equal(again[0].rgb, last.rgb)
    assert np.array_equal(again[0].labels, last.labels)
    assert not np.array_equal(open_dataset('street:1x4')[0].labels, first.labels)
    assert len(open_dataset('street')) == 400


@pytest.mark.parametrize('spec', ['street:', 'street:x3', 'street:0', 'street:5x', 'street:-1'])
def test_wrong_street(spec: str) -> None:
    if spec == 'street:':
        assert len(open_dataset(spec)) == 400
        return
    with pytest.raises(HydranetError, match='street:COUNTxSEED'):
        open_dataset(spec)


@pytest.mark.parametrize('split', ['train', '2-6', '3-2'])
def test_wrong_range(split: str) -> None:
    with pytest.raises(HydranetError, match=f"no split '{split}'.*0-5"):
        open_dataset('street:6', split=split)
