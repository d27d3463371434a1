# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Distances to boundaries and classes against all pairs of pixels."""

from hypothesis import given
import numpy as np
import pytest

from hydranet_ros.evaluation.diagnostics.boundaries import distance_to_boundary
from hydranet_ros.evaluation.diagnostics.boundaries import distance_to_class

from .label_images import distance
from .label_images import filled
from .label_images import label_images
from .untimed import untimed


@untimed
@given(label_images(3))
def test_nearest_pixel_of_another_label(labels: np.ndarray) -> None:
    found = distance_to_boundary(labels)
    for pixel in np.ndindex(labels.shape):
        expected = distance(pixel, labels != labels[pixel])
        assert found[pixel] == pytest.approx(expected, rel=1e-5)


@untimed
@given(label_images(3))
def test_nearest_pixel_of_a_class(labels: np.ndarray) -> None:
    for label in range(3):
        found = distance_to_class(labels, label)
        there = filled(labels, label)
        for pixel in np.ndindex(labels.shape):
            assert found[pixel] == pytest.approx(distance(pixel, there), rel=1e-5)


def test_unlabelled_pixels_end_an_object() -> None:
    labels = np.array([[0, 0, 0, 255, 0]], np.uint8)
    np.testing.assert_array_equal(distance_to_boundary(labels), [[3, 2, 1, 1, 1]])


def test_unlabelled_pixels_count_as_the_nearest_class() -> None:
    labels = np.array([[0, 255, 255, 255, 1, 1]], np.uint8)
    np.testing.assert_array_equal(distance_to_class(labels, 0), [[0, 0, 0, 1, 2, 3]])
    np.testing.assert_array_equal(distance_to_class(labels, 1), [[2, 1, 0, 0, 0, 0]])
