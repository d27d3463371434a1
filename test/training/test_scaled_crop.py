# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Where crops lie, and what becomes of the points of a scanner."""

from dataclasses import replace
from pathlib import Path

import cv2
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
import numpy as np
import pytest

from hydranet_ros.training.augmentation import Augmentation
from hydranet_ros.training.scaled_crop import is_sparse
from hydranet_ros.training.scaled_crop import move_points
from hydranet_ros.training.scaled_crop import ScaledCrop

from .samples import coordinates


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_crops_reach_every_border() -> None:
    crops = [ScaledCrop.draw((10, 12), (8, 8), 1.0, rng(seed)) for seed in range(100)]
    assert {crop.rows.start for crop in crops} == {0, 1, 2}
    assert {crop.columns.stop for crop in crops} == {8, 9, 10, 11, 12}


@pytest.mark.parametrize('scale', [0.5, 0.77, 1.3, 2.0])
def test_points_keep_their_depth_and_their_place(scale: float) -> None:
    depth = np.full((50, 80), np.nan, np.float32)
    points = [(3, 5), (40, 70), (49, 79), (0, 0), (25, 33)]
    for number, point in enumerate(points):
        depth[point] = 10.0 + number
    height, width = round(50 * scale), round(80 * scale)
    moved = move_points(depth, height, width)
    assert np.count_nonzero(moved == moved) == len(points)
    for number, (row, column) in enumerate(points):
        place = int((row + 0.5) * height / 50), int((column + 0.5) * width / 80)
        assert moved[place] == 10.0 + number


@settings(deadline=None)
@given(st.integers(0, 2**32))
def test_the_nearest_of_the_points_on_one_pixel_wins(seed: int) -> None:
    depth = rng(seed).uniform(1, 80, (8, 12)).astype(np.float32)
    depth[rng(seed).random((8, 12)) < 0.7] = np.nan
    blocks = np.nan_to_num(depth, nan=np.inf).reshape(4, 2, 6, 2).min(axis=(1, 3))
    blocks[np.isinf(blocks)] = np.nan
    np.testing.assert_array_equal(move_points(depth, 4, 6), blocks)


def test_sparse_is_the_scanner_and_not_the_map_with_holes() -> None:
    points = np.full((100, 200), np.nan, np.float32)
    points[rng().random(points.shape) < 0.05] = 10.0
    dense = np.full((100, 200), 10.0, np.float32)
    dense[:70] = np.nan
    assert is_sparse(points)
    assert not is_sparse(dense)
    assert not is_sparse(np.full((4, 4), np.nan, np.float32))


def test_kitti_depth_is_sparse(shared: Path) -> None:
    path = next((shared / 'kitti' / 'sfnd_seq').glob('depth*/*.png'))
    stored = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    assert is_sparse(np.where(stored > 0, stored / np.float32(256), np.nan).astype(np.float32))


def test_augmentation_loses_no_point_of_a_scanner() -> None:
    sample = coordinates(100, 200)
    depth = np.full((100, 200), np.nan, np.float32)
    depth[40:90:7, ::9] = 20.0
    sample = replace(sample, depth=depth)
    for scale in (0.8, 1.0, 2.0):
        size = (round(100 * scale), round(200 * scale))
        result = Augmentation(size, (scale, scale), colour=0)(sample, rng())
        assert np.count_nonzero(~np.isnan(result.depth)) == np.count_nonzero(~np.isnan(depth))
        np.testing.assert_allclose(np.nanmax(result.depth), 20.0 / scale, rtol=1e-6)


def test_a_dense_map_is_sampled_not_mixed() -> None:
    depth = np.where(np.arange(90) < 45, 10.0, 80.0).astype(np.float32) * np.ones((60, 1), 'f4')
    sample = replace(coordinates(), depth=depth)
    result = Augmentation((78, 117), (1.3, 1.3), colour=0)(sample, rng())
    values = np.unique(result.depth) * 1.3
    np.testing.assert_allclose(values, [10.0, 80.0], rtol=1e-5)


@pytest.mark.parametrize('scale', [0.7, 1.3])
def test_labels_are_sampled_not_mixed(scale: float) -> None:
    labels = np.where(np.arange(90) < 45, 0, 10).astype(np.uint8) * np.ones((60, 1), np.uint8)
    sample = replace(coordinates(), labels=labels)
    result = Augmentation((80, 100), (scale, scale), colour=0)(sample, rng())
    assert set(np.unique(result.labels)) == {0, 10, 255}
