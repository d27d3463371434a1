# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The bins of distance: those of the paper, those scaled from them, and what are none."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
import numpy as np
import pytest

from hydranet_ros import HydranetError
from hydranet_ros.evaluation.diagnostics.distance_bins import bins_of
from hydranet_ros.evaluation.diagnostics.distance_bins import DistanceBins

from .untimed import untimed

SIDES = st.integers(8, 9000)


def test_those_of_the_paper() -> None:
    voc, cityscapes = bins_of('voc', (375, 500)), bins_of('cityscapes', (1024, 2048))
    assert voc.names == ('1-5', '6-10', '11-15', '16-20', '21-30', '> 30')
    assert cityscapes.names == ('1-10', '11-20', '21-30', '31-50', '51-100', '> 100')


@untimed
@given(SIDES, SIDES)
def test_others_are_in_proportion_to_the_diagonal(height: int, width: int) -> None:
    bins = bins_of('camvid', (height, width))
    scale = (height**2 + width**2) ** 0.5 / (1024**2 + 2048**2) ** 0.5
    assert len(bins) == 6
    assert all(low < high for low, high in pairwise((0, *bins.ends)))
    for end, of_paper in zip(bins.ends, (10, 20, 30, 50, 100), strict=True):
        # small images have room for bins of a pixel
        assert abs(end - scale * of_paper) <= 0.5 or end <= 5


def test_camvid() -> None:
    bins = bins_of('camvid', (360, 480))
    assert bins.ends == (3, 5, 8, 13, 26)
    assert '480x360' in bins.source


def test_ends_belong_to_their_bin() -> None:
    bins = DistanceBins((1, 5, 6), 'given')
    assert bins.names == ('1', '2-5', '6', '> 6')
    distances = np.array([1, 1.5, 5, 5.1, 6, 6.1, np.inf], np.float32)
    np.testing.assert_array_equal(bins.place(distances), [0, 1, 1, 2, 2, 3, 3])


@pytest.mark.parametrize('ends', [(), (0, 5), (5, 5), (10, 5), (1.5, 3)])
def test_no_bins(ends: tuple[int, ...]) -> None:
    with pytest.raises(HydranetError, match='rising whole numbers'):
        DistanceBins(ends, 'given')
