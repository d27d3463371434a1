# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Uncertainty by distance, against sums over pixels and instances one by one."""

from hypothesis import given
from hypothesis import strategies as st
import numpy as np
import pytest

from hydranet_ros.evaluation.diagnostics.boundaries import distance_to_boundary
from hydranet_ros.evaluation.diagnostics.box import Box
from hydranet_ros.evaluation.diagnostics.distance_bins import DistanceBins
from hydranet_ros.evaluation.diagnostics.instance_rows import measure_instances
from hydranet_ros.evaluation.diagnostics.instances import components
from hydranet_ros.evaluation.diagnostics.pixel_maps import PixelMaps
from hydranet_ros.evaluation.diagnostics.uncertainty_by_distance import DistanceSums
from hydranet_ros.evaluation.diagnostics.uncertainty_by_distance import UncertaintyByDistance

from .label_images import label_images
from .untimed import untimed

CLASSES, BINS = 3, DistanceBins((1, 2), 'given')
LEAST = 2  # smaller components are in the means of pixels alone


@untimed
@given(label_images(CLASSES), st.integers(0, 99))
def test_every_pixel_and_every_instance(truth: np.ndarray, seed: int) -> None:
    random = np.random.default_rng(seed)
    entropy, probability = random.random((2, *truth.shape), np.float32)
    place = BINS.place(distance_to_boundary(truth))
    maps = PixelMaps(truth, truth, place, len(BINS), entropy, probability)
    instances, _ = components(truth, range(CLASSES), LEAST)
    sums = DistanceSums(CLASSES, len(BINS))
    sums.add(maps)
    sums.add(maps)  # an image twice leaves the means as they are
    found = UncertaintyByDistance.of(measure_instances(instances, maps, 1.0), sums, BINS)
    assert found.bins == ('1', '2', '> 2')
    for label in range(CLASSES):
        for number in range(len(BINS)):
            mine = (truth == label) & (place == number)
            assert found.pixels[label][number] == 2 * mine.sum()
            for measure, values in (
                (found.relative_entropy, entropy),
                (found.relative_probability, probability),
            ):
                mean = float(values[mine].mean()) if mine.any() else None
                assert measure[label].pixel_means[number] == (mean and pytest.approx(mean))
                means = [
                    values[mine & (instances.ids == one)].mean()
                    for one in np.unique(instances.ids[mine])
                    if one
                ]
                expected = Box.of(np.array(means))
                box = measure[label].boxes[number]
                assert box.points == len(means)
                assert box.median == (expected.median and pytest.approx(expected.median))
