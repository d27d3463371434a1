# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Class filter, confidence threshold and depth limits, held to plain NumPy."""

import numpy as np
import pytest

from hydranet_ros.errors import HydranetError
from hydranet_ros.prediction import Prediction
from hydranet_ros.prediction_filter import PredictionFilter
from hydranet_ros.zoo import load_card

CLASSES = load_card('street').classes


def made(seed: int = 0) -> Prediction:
    random = np.random.default_rng(seed)
    depth = random.uniform(0.0, 80.0, (37, 53)).astype(np.float32)
    depth[:3] = np.nan
    return Prediction(
        labels=random.integers(0, len(CLASSES), depth.shape, np.uint8),
        depth=depth,
        confidence=random.integers(0, 256, depth.shape, np.uint8),
    )


def addresses(prediction: Prediction) -> list[int]:
    fields = (prediction.labels, prediction.depth, prediction.confidence)
    return [one.ctypes.data for one in fields]


@pytest.mark.parametrize('threshold', [0.0, 0.2, 0.5, 0.502, 1.0])
@pytest.mark.parametrize('wanted', [(), ('road', 'pavement', 'pedestrian'), ('sky',)])
@pytest.mark.parametrize('limits', [(0.0, 0.0), (5.0, 0.0), (0.0, 30.0), (5.0, 30.0)])
def test_what_is_left(threshold, wanted, limits):
    before, after = made(), made()
    places = addresses(after)
    near, far = limits
    PredictionFilter(CLASSES, wanted, threshold, near, far).apply(after)
    assert addresses(after) == places

    kept = [not wanted or CLASSES[one].name in wanted for one in before.labels.ravel()]
    kept = np.reshape(kept, before.labels.shape) & (before.confidence >= 255 * threshold)
    np.testing.assert_array_equal(after.labels, np.where(kept, before.labels, 255))
    np.testing.assert_array_equal(after.confidence, before.confidence)
    inside = (before.depth >= near) & (before.depth <= (far or np.inf))
    np.testing.assert_array_equal(after.depth, np.where(inside, before.depth, np.nan))


def test_only_what_is_there_is_filtered():
    one = PredictionFilter(CLASSES, ('road',), 0.0, 1.0, 2.0)
    prediction = Prediction(depth=np.array([[0.5, 1.5, 2.5]], np.float32))
    one.apply(prediction)
    np.testing.assert_array_equal(prediction.depth, np.array([[np.nan, 1.5, np.nan]], np.float32))
    assert prediction.labels is None


def test_a_threshold_needs_the_confidence_of_labels():
    assert PredictionFilter(confidence_threshold=0.5).needs({'labels'}) == {'labels', 'confidence'}
    assert PredictionFilter(confidence_threshold=0.5).needs({'depth'}) == {'depth'}
    assert PredictionFilter(CLASSES, ('road',)).needs({'labels'}) == {'labels'}


def test_unlabelled_pixels_stay_so():
    prediction = Prediction(labels=np.array([[3, 255]], np.uint8))
    PredictionFilter(CLASSES, ('road',)).apply(prediction)
    np.testing.assert_array_equal(prediction.labels, [[3, 255]])


def test_a_class_that_is_not_there_is_named():
    with pytest.raises(HydranetError, match=r'no class street, sidewalk; .*pavement'):
        PredictionFilter(CLASSES, ('road', 'street', 'sidewalk'))
