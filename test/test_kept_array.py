# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""That memory is kept for each size, and for so many sizes only."""

import tracemalloc

import numpy as np
import pytest

from hydranet_ros.kept_array import kept_array
from hydranet_ros.kept_array import SHAPES_KEPT
from hydranet_ros.metric_depth import MetricDepth
from hydranet_ros.prediction import Prediction
from hydranet_ros.prediction_filter import PredictionFilter
from hydranet_ros.zoo.card_types import DepthRange


def test_each_shape_has_its_array():
    array = kept_array(np.uint8)
    first, second = array((3, 4)), array((5, 6))
    assert (first.shape, second.shape, first.dtype) == ((3, 4), (5, 6), np.uint8)
    assert array((3, 4)) is first
    assert array((5, 6)) is second


def test_a_camera_of_ever_other_sizes_keeps_no_more_memory():
    array = kept_array(np.uint8)
    tracemalloc.start()
    for number in range(10 * SHAPES_KEPT):
        array((100, 100 + number))
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept < 2 * SHAPES_KEPT * 100 * 260


@pytest.mark.parametrize('limit', ['filter', 'range'])
def test_cameras_of_two_sizes_allocate_nothing_per_frame(limit):
    limits = PredictionFilter(confidence_threshold=0.5, depth_min=1.0, depth_max=2.0)
    learned = MetricDepth('lens', DepthRange(1.0, 2.0, True, None))
    frames = [
        Prediction(
            labels=np.zeros(shape, np.uint8),
            confidence=np.zeros(shape, np.uint8),
            depth=np.full(shape, 1.5, np.float32),
        )
        for shape in ((300, 400), (200, 500))
    ]

    def take() -> None:
        for one in frames:
            if limit == 'filter':
                limits.apply(one)
            else:
                learned.drop_unlearned(one.depth, 1.0)

    take()
    tracemalloc.start()
    take()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 200 * 500
