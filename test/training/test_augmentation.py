# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Augmentation keeps image and annotations together. What it does for a result is not tested."""

from dataclasses import replace
from pathlib import Path
from types import ModuleType

import cv2
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
import numpy as np
import pytest

from hydranet_ros.training import augmentation
from hydranet_ros.training import canonical_camera
from hydranet_ros.training import colour_jitter
from hydranet_ros.training import scaled_crop
from hydranet_ros.training.augmentation import Augmentation
from hydranet_ros.training.augmentation import mirror
from hydranet_ros.training.datasets.sample import Sample
from hydranet_ros.training.recipe_choices import ScaleLaw
from hydranet_ros.training.scaled_crop import MEAN_COLOUR
from test.source_files import imported_modules

from .samples import coordinates
from .samples import noise
from .samples import unit

TORCH_FREE = (augmentation, canonical_camera, colour_jitter, scaled_crop)


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


@pytest.mark.parametrize('module', TORCH_FREE, ids=lambda module: module.__name__)
def test_modules_import_no_torch(module: ModuleType) -> None:
    imported = imported_modules(Path(str(module.__file__)))
    assert not [name for name in imported if name.partition('.')[0] == 'torch']


@settings(deadline=None)
@given(st.integers(0, 2**32), st.sampled_from([(32, 48), (64, 64), (150, 40), (7, 5)]))
def test_every_output_has_the_crops_size(seed: int, crop: tuple[int, int]) -> None:
    (sample,) = noise(1)
    result = Augmentation(crop, (0.5, 2.0), colour=1.0)(sample, rng(seed))
    assert result.rgb.shape == (*crop, 3)
    assert result.rgb.dtype == result.labels.dtype == np.uint8
    assert result.labels.shape == result.depth.shape == crop
    assert result.depth.dtype == result.normals.dtype == np.float32
    assert result.normals.shape == (*crop, 3)
    assert result.weights == sample.weights


@settings(deadline=None)
@given(st.integers(0, 2**32))
def test_image_labels_and_depth_stay_together(seed: int) -> None:
    result = Augmentation((40, 48), (0.6, 2.0), colour=0)(coordinates(), rng(seed))
    assert result.labels is not None
    assert result.depth is not None
    seen = result.labels != 255
    column, row = result.rgb[..., 0].astype(float), result.rgb[..., 1].astype(float)
    assert np.abs(column - result.labels)[seen].max() <= 1.5
    scale = np.nanmax(result.depth) / (100 + row[seen].max())
    assert np.abs(result.depth / scale - 100 - row)[seen].max() <= 2.5
    np.testing.assert_array_equal(np.isnan(result.depth), ~seen)


@settings(deadline=None)
@given(st.integers(0, 2**32))
def test_depth_is_divided_by_the_scale_of_the_pixels(seed: int) -> None:
    sample = coordinates()
    sample.depth[:] = 10.0
    result = Augmentation((20, 24), (0.7, 2.0), flip=False, colour=0)(sample, rng(seed))
    drawn = rng(seed).uniform(np.log(0.7), np.log(2.0))
    np.testing.assert_allclose(result.depth, 10.0 / np.exp(drawn), rtol=0.05)
    columns = np.ptp(result.labels.astype(float)) / 23
    np.testing.assert_allclose(result.depth, 10.0 * columns, rtol=0.12)


def test_scales_are_drawn_log_uniformly() -> None:
    sample = coordinates(300, 90)
    sample.depth[:] = 1.0
    augment = Augmentation((40, 40), (0.5, 2.0), colour=0)
    scales = np.array([1 / np.nanmax(augment(sample, rng(seed)).depth) for seed in range(400)])
    assert 0.49 < scales.min() < 0.55
    assert 1.8 < scales.max() < 2.05
    assert np.median(scales) == pytest.approx(1.0, abs=0.12)


def test_a_crop_at_scale_one_is_a_window_of_the_source() -> None:
    (sample,) = noise(1)
    result = Augmentation((30, 41), flip=False, colour=0)(sample, rng(4))
    found = [
        (top, left)
        for top in range(11)
        for left in range(20)
        if np.array_equal(sample.rgb[top : top + 30, left : left + 41], result.rgb)
    ]
    assert len(found) == 1
    window = np.s_[found[0][0] : found[0][0] + 30, found[0][1] : found[0][1] + 41]
    np.testing.assert_array_equal(result.labels, sample.labels[window])
    np.testing.assert_array_equal(result.depth, sample.depth[window])
    np.testing.assert_allclose(result.normals, sample.normals[window], atol=1e-6)


def test_padding_has_the_mean_colour_and_no_annotation() -> None:
    (sample,) = noise(1, size=(40, 60))
    result = Augmentation((64, 64), (0.5, 0.5), flip=False, colour=1.0)(sample, rng())
    padding = result.labels == 255
    assert np.count_nonzero(~padding) == 20 * 30
    assert (result.rgb[padding] == MEAN_COLOUR).all()
    assert np.isnan(result.depth[padding]).all()
    assert np.isnan(result.normals[padding]).all()
    assert np.isfinite(result.depth[~padding]).all()
    assert np.isfinite(result.normals[~padding]).all()


def test_what_is_not_annotated_stays_so() -> None:
    (sample,) = noise(1)
    bare = replace(sample, labels=None, depth=None, normals=None)
    result = Augmentation((64, 64), (0.5, 2.0))(bare, rng())
    assert result.labels is result.depth is result.normals is None


def test_the_given_sample_is_not_changed() -> None:
    (sample,), (copy,) = noise(1), noise(1)
    for seed in range(20):
        Augmentation((32, 32), (0.5, 2.0), colour=1.0)(sample, rng(seed))
        Augmentation((40, 60), colour=1.0)(sample, rng(seed))
    np.testing.assert_array_equal(sample.rgb, copy.rgb)
    np.testing.assert_array_equal(sample.depth, copy.depth)
    np.testing.assert_array_equal(sample.normals, copy.normals)


def test_mirror_swaps_sides_and_negates_x_of_the_normals() -> None:
    (sample,) = noise(1)
    result = mirror(sample)
    np.testing.assert_array_equal(result.rgb, sample.rgb[:, ::-1])
    np.testing.assert_array_equal(result.labels, sample.labels[:, ::-1])
    np.testing.assert_array_equal(result.depth, sample.depth[:, ::-1])
    np.testing.assert_array_equal(result.normals, sample.normals[:, ::-1] * [-1, 1, 1])


def test_about_half_of_the_samples_are_mirrored_or_none() -> None:
    sample = coordinates()
    whole = {flip: Augmentation((60, 90), flip=flip, colour=0) for flip in (True, False)}
    mirrored = [whole[True](sample, rng(seed)).labels[0, 0] == 89 for seed in range(100)]
    assert 30 < sum(mirrored) < 70
    assert all(whole[False](sample, rng(seed)).labels[0, 0] == 0 for seed in range(20))


@pytest.mark.parametrize('scale', [0.6, 1.7])
def test_normals_stay_unit_vectors_in_their_direction(scale: float) -> None:
    rows, columns = np.mgrid[:60, :90] / 90 - 0.5
    normals = unit(np.dstack([columns, rows, -np.ones_like(rows)]))
    sample = replace(coordinates(), normals=normals)
    size = (round(60 * scale), round(90 * scale))
    result = Augmentation(size, (scale, scale), flip=False, colour=0)(sample, rng())
    np.testing.assert_allclose(np.linalg.norm(result.normals, axis=-1), 1, atol=1e-5)
    expected = cv2.resize(normals, size[::-1], interpolation=cv2.INTER_LINEAR)
    assert (expected * result.normals).sum(-1).min() > 0.999


def test_a_missing_normal_is_not_made_up() -> None:
    normals = unit(np.ones((60, 90, 3)))
    normals[20:30, 20:30] = np.nan
    sample = replace(coordinates(), normals=normals)
    result = Augmentation((120, 180), (2.0, 2.0), flip=False, colour=0)(sample, rng())
    missing = np.isnan(result.normals)
    assert missing[41:59, 41:59].all()
    assert not missing[:38].any()


@pytest.mark.parametrize(('law', 'below'), [(ScaleLaw.LOG, 1 / 2), (ScaleLaw.UNIFORM, 1 / 3)])
def test_scales_are_drawn_by_the_law(law: ScaleLaw, below: float) -> None:
    """Of scales of 0.5 to 2, that many are below 1: padding shows them."""
    sample = Sample('', np.full((64, 64, 3), 200, np.uint8), depth=np.ones((64, 64), np.float32))
    augment = Augmentation((64, 64), (0.5, 2.0), flip=False, colour=0, law=law)
    draws = rng(0)
    found = [augment(sample, draws).depth for _ in range(900)]
    share = np.mean([np.nanmax(depth) > 1 for depth in found if depth is not None])
    assert share == pytest.approx(below, abs=0.06)
