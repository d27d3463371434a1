# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Colours of labels and depth, value for value. Whether a person likes them is not tested."""

import numpy as np
import pytest

from hydranet_ros.rendering import color_depth
from hydranet_ros.rendering import color_labels
from hydranet_ros.rendering import color_normals
from hydranet_ros.rendering import DEPTH_PALETTE
from hydranet_ros.rendering import overlay


@pytest.fixture
def random():
    return np.random.default_rng(3)


def test_labels_take_their_palette_row(random):
    labels = random.integers(0, 256, (37, 53), np.uint8)
    palette = random.integers(0, 256, (256, 3), np.uint8)
    out = np.empty((37, 53, 3), np.uint8)
    result = color_labels(labels, palette, out)
    assert result is out
    np.testing.assert_array_equal(result, palette[labels])
    np.testing.assert_array_equal(color_labels(labels, palette), palette[labels])


def test_a_wrong_out_is_refused():
    with pytest.raises(ValueError, match='needed is uint8'):
        color_labels(
            np.zeros((4, 5), np.uint8), np.zeros((256, 3), np.uint8), np.empty((5, 4, 3), np.uint8)
        )


def test_overlay_blends_and_keeps_unlabelled_camera_pixels(random):
    rgb = random.integers(0, 256, (20, 31, 3), np.uint8)
    color = random.integers(0, 256, (20, 31, 3), np.uint8)
    labels = random.choice(np.array([0, 3, 255], np.uint8), (20, 31))
    result = overlay(rgb, color, 0.4, labels)
    blend = 0.6 * rgb + 0.4 * color
    known = labels != 255
    assert np.abs(result[known] - blend[known]).max() <= 0.51
    np.testing.assert_array_equal(result[~known], rgb[~known])
    assert np.abs(overlay(rgb, color, 0.4) - blend).max() <= 0.51
    np.testing.assert_array_equal(overlay(rgb, color, 1.0), color)


def test_overlay_may_write_over_the_colours(random):
    rgb = random.integers(0, 256, (9, 11, 3), np.uint8)
    color = random.integers(0, 256, (9, 11, 3), np.uint8)
    expected = overlay(rgb, color, 0.5)
    np.testing.assert_array_equal(overlay(rgb, color, 0.5, out=color), expected)


def test_depth_colour_is_the_same_distance_in_every_frame():
    near = np.array([[1.0, 40.0]], np.float32)
    far = np.array([[40.0, 80.0]], np.float32)
    assert (color_depth(near, 1, 80)[0, 1] == color_depth(far, 1, 80)[0, 0]).all()


def test_depth_ends_nan_and_values_outside():
    depth = np.array([[1.0, 80.0, 0.0, 500.0, np.inf, np.nan]], np.float32)
    near, far, below, above, infinite, unknown = color_depth(depth, 1, 80)[0]
    np.testing.assert_array_equal(near, DEPTH_PALETTE[255])
    np.testing.assert_array_equal(far, DEPTH_PALETTE[1])
    np.testing.assert_array_equal(below, near)
    np.testing.assert_array_equal(above, far)
    np.testing.assert_array_equal(infinite, far)
    np.testing.assert_array_equal(unknown, (0, 0, 0))
    assert near[0] > near[2], 'near is warm'
    assert far[2] > far[0], 'far is cold'
    assert (DEPTH_PALETTE[1:].max(axis=1) > 60).all(), 'no depth colour can be taken for black'


def test_depth_index_is_linear_in_metres():
    depth = np.linspace(1, 80, 255, dtype=np.float32)[None]
    np.testing.assert_array_equal(color_depth(depth, 1, 80)[0], DEPTH_PALETTE[255:0:-1])


def test_an_empty_depth_range_is_refused():
    with pytest.raises(ValueError, match='range is empty'):
        color_depth(np.ones((2, 2), np.float32), 5, 5)


def test_normals_are_painted_as_normal_maps_are():
    normals = np.array([[[0, 0, -1], [1, 0, 0], [0, -1, 0], [np.nan] * 3]], np.float32)
    out = np.full((1, 4, 3), 9, np.uint8)
    assert color_normals(normals, out=out) is out
    expected = [[128, 128, 255], [255, 128, 128], [128, 255, 128], [0, 0, 0]]
    np.testing.assert_allclose(out[0].astype(int), expected, atol=1)
    np.testing.assert_array_equal(out[0, 3], 0)
