# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The arithmetic of the canonical camera; real cameras are not compared here."""

from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
import numpy as np
import pytest

from hydranet_ros.errors import HydranetError
from hydranet_ros.training.augmentation import Augmentation
from hydranet_ros.training.canonical_camera import canonical_sample
from hydranet_ros.training.canonical_camera import to_canonical
from hydranet_ros.zoo.card_types import DepthRange

from .samples import noise

DEPTH = np.array([[2.0, np.nan], [10.0, 80.0]], np.float32)
focal_lengths = st.floats(50, 2000)


def test_a_lens_half_as_long_sees_things_at_twice_the_canonical_depth() -> None:
    np.testing.assert_array_equal(to_canonical(DEPTH, 250.0, 500.0), 2 * DEPTH)


def test_metres_without_intrinsics_are_the_canonical_cameras() -> None:
    np.testing.assert_array_equal(to_canonical(DEPTH, None, 500.0), DEPTH)


@settings(deadline=None)
@given(focal_lengths, focal_lengths)
def test_prediction_undoes_it(fx: float, canonical: float) -> None:
    scale = DepthRange(0.1, 80.0, True, canonical).scale_for(fx)
    assert scale is not None
    np.testing.assert_allclose(to_canonical(DEPTH, fx, canonical) * scale, DEPTH, rtol=1e-5)


@settings(deadline=None)
@given(focal_lengths, st.floats(0.25, 4))
def test_a_resized_image_with_its_focal_length_has_canonical_depth_over_the_scale(
    fx: float, scale: float
) -> None:
    resized = to_canonical(DEPTH, fx * scale, 500.0)
    np.testing.assert_allclose(resized, to_canonical(DEPTH, fx, 500.0) / scale, rtol=1e-5)


@pytest.mark.parametrize('scale', [0.5, 1.6, 2.0])
def test_augmentation_scales_as_a_resized_camera_does(scale: float) -> None:
    (sample,) = noise(1, size=(40, 80))
    assert sample.depth is not None
    assert sample.fx is not None
    sample.depth[:] = 12.0
    whole = (round(40 * scale), round(80 * scale))
    augment = Augmentation(whole, (scale, scale), flip=False, colour=0)
    augmented = augment(canonical_sample(sample, 500.0), np.random.default_rng(0))
    resized_camera = to_canonical(np.full(whole, 12.0, np.float32), sample.fx * scale, 500.0)
    np.testing.assert_allclose(augmented.depth, resized_camera, rtol=1e-6)


def test_canonical_sample_has_the_canonical_focal_length_and_leaves_the_given_one() -> None:
    (sample,) = noise(1)
    assert sample.depth is not None
    canonical = canonical_sample(sample, 100.0)
    assert canonical.fx == 100.0
    assert sample.fx == 50.0
    np.testing.assert_allclose(canonical.depth, 2 * sample.depth)


@pytest.mark.parametrize('fx', [0.0, -1.0, float('nan')])
def test_a_wrong_focal_length_names_the_sample(fx: float) -> None:
    (sample,) = noise(1)
    sample.fx = fx
    with pytest.raises(HydranetError, match=r'0-0: .*positive.*intrinsics'):
        canonical_sample(sample, 500.0)
    with pytest.raises(HydranetError, match='positive'):
        to_canonical(DEPTH, 100.0, fx)
