# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Colours change within bounds; that they look natural is not tested."""

import numpy as np

from hydranet_ros.training.colour_jitter import colour_matrix
from hydranet_ros.training.colour_jitter import jitter_colour

from .samples import noise


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_colour_strength_zero_changes_no_colour() -> None:
    (sample,) = noise(1)
    np.testing.assert_allclose(colour_matrix(1, 1, 1, 0, 99), np.eye(3, 4), atol=1e-9)
    np.testing.assert_array_equal(jitter_colour(sample.rgb, 0.0, rng()), sample.rgb)


def test_colours_change_moderately_and_the_input_does_not() -> None:
    (sample,) = noise(1)
    before = sample.rgb.copy()
    changes = [
        np.abs(jitter_colour(sample.rgb, 1.0, rng(seed)).astype(float) - before).mean()
        for seed in range(50)
    ]
    np.testing.assert_array_equal(sample.rgb, before)
    assert 5 < np.mean(changes) < 50
    assert min(changes) > 0


def test_hue_and_saturation_keep_greys_and_luma() -> None:
    matrix = colour_matrix(1.0, 1.0, 0.6, 0.3, 128)[:, :3]
    np.testing.assert_allclose(matrix @ [50, 50, 50], 50)
    luma = np.array([0.299, 0.587, 0.114])
    np.testing.assert_allclose(luma @ matrix @ [200, 30, 90], luma @ [200, 30, 90])
    assert np.abs(matrix @ [200, 30, 90] - [200, 30, 90]).max() > 20


def test_contrast_keeps_the_mean_and_brightness_multiplies() -> None:
    contrast = colour_matrix(1.0, 0.5, 1.0, 0.0, 80.0)
    np.testing.assert_allclose(contrast @ [80, 80, 80, 1], 80)
    np.testing.assert_allclose(contrast @ [100, 80, 60, 1], [90, 80, 70])
    np.testing.assert_allclose(colour_matrix(1.2, 1, 1, 0, 80) @ [100, 50, 10, 1], [120, 60, 12])


def test_contrast_leaves_the_mean_to_brightness() -> None:
    even = np.random.default_rng(0).integers(100, 110, (32, 32, 3)).astype(np.uint8)
    factors = [jitter_colour(even, 1.0, rng(seed)).mean() / even.mean() for seed in range(60)]
    drawn = [1 + rng(seed).uniform(-0.4, 0.4, 3)[0] for seed in range(60)]
    # Gamma changes it too, in a quarter of the pictures.
    close = np.abs(np.array(factors) - drawn) < 0.02
    assert np.count_nonzero(close) > 35
