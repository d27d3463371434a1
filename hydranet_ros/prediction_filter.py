# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Limits that a user sets: predictions beyond them become unlabelled, or depth NaN, in place."""

from collections.abc import Collection
from collections.abc import Sequence
import math

import cv2
import numpy as np

from hydranet_ros.errors import HydranetError
from hydranet_ros.kept_array import kept_array
from hydranet_ros.prediction import Prediction
from hydranet_ros.rendering import UNLABELLED
from hydranet_ros.zoo.card_types import SemanticClass


def check_classes(wanted: Collection[str], classes: Sequence[SemanticClass]) -> None:
    """Raise HydranetError where a name is none of the classes."""
    names = [one.name for one in classes]
    unknown = [name for name in wanted if name not in names]
    if unknown:
        raise HydranetError(
            f'The model has no class {", ".join(unknown)}; its classes are {", ".join(names)}.'
        )


class PredictionFilter:
    """Take out what is not wanted of predictions.

    Args:
        classes: those of the model, in the order of their ids.
        wanted: names of the classes to keep; none: all.
        confidence_threshold: 0 to 1; labels of a smaller probability become 255 (unlabelled).
        depth_min, depth_max: metres; depths outside become NaN. 0: no limit.

    """

    def __init__(
        self,
        classes: Sequence[SemanticClass] = (),
        wanted: Collection[str] = (),
        confidence_threshold: float = 0.0,
        depth_min: float = 0.0,
        depth_max: float = 0.0,
    ) -> None:
        check_classes(wanted, classes)
        self._table: np.ndarray | None = None
        if wanted:
            self._table = np.full(256, UNLABELLED, np.uint8)
            kept = [number for number, one in enumerate(classes) if one.name in wanted]
            self._table[kept] = kept
        # Confidence is 255 times the probability, rounded.
        self._least = math.ceil(255 * confidence_threshold)
        self._near, self._far = depth_min, depth_max or math.inf
        self._limits_depth = depth_min > 0 or depth_max > 0
        self._mask = kept_array(np.uint8)

    def needs(self, fields: Collection[str]) -> set[str]:
        """Return the fields of a Prediction to compute, so that `fields` can be filtered."""
        return {*fields, 'confidence'} if self._least and 'labels' in fields else set(fields)

    def apply(self, prediction: Prediction) -> None:
        """Filter the arrays of a prediction where they are; None stays None."""
        labels, depth = prediction.labels, prediction.depth
        if labels is not None and self._table is not None:
            cv2.LUT(labels, self._table, dst=labels)
        if labels is not None and self._least:
            assert prediction.confidence is not None, 'as needs() says'
            mask = self._mask(labels.shape)
            cv2.inRange(prediction.confidence, 0, self._least - 1, dst=mask)
            cv2.bitwise_or(labels, mask, dst=labels)
        if depth is not None and self._limits_depth:
            mask = self._mask(depth.shape)
            cv2.inRange(depth, self._near, self._far, dst=mask)
            np.copyto(depth, np.nan, where=np.equal(mask, 0, out=mask.view(np.bool_)))
