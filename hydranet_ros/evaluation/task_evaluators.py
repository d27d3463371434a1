# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Compare what Perception predicts of a sample with its annotation, task by task."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hydranet_ros.evaluation.class_mapping import ClassMapping
from hydranet_ros.evaluation.confusion import Confusion
from hydranet_ros.evaluation.depth_errors import DepthErrors
from hydranet_ros.evaluation.evaluation_result import DepthEvaluation
from hydranet_ros.evaluation.evaluation_result import SemanticEvaluation
from hydranet_ros.evaluation.normal_errors import NormalErrors
from hydranet_ros.evaluation.normal_errors import NormalsResult
from hydranet_ros.training.datasets.sample import Sample
from hydranet_ros.zoo.card_types import DepthRange
from hydranet_ros.zoo.card_types import SemanticClass


@dataclass(frozen=True)
class Lens:
    """A camera's focal length in pixels, None where unknown, and what makes metres for it.

    scale: of the network's metres.
    """

    fx: float | None
    scale: float


class SemanticEvaluator:
    """Count the labels of the classes that both the model and the data set have.

    mapping: from ids of both to the common classes, of which `confusion` counts the pixels.
    """

    output = 'labels'

    def __init__(self, model: Sequence[SemanticClass], dataset: Sequence[SemanticClass]) -> None:
        self.mapping = ClassMapping.between(model, dataset)
        self.confusion = Confusion(len(self.mapping.names))

    def add(self, labels: npt.NDArray[np.uint8], sample: Sample, lens: Lens) -> None:
        """Add uint8 (H, W), class ids of the model."""
        if sample.labels is not None:
            mapping = self.mapping
            self.confusion.update(mapping.predicted[labels], mapping.true[sample.labels])

    def result(self) -> SemanticEvaluation:
        """Give the figures of all that was added."""
        return SemanticEvaluation(
            self.confusion.result(),
            self.mapping.names,
            self.mapping.only_set,
            self.mapping.only_model,
        )


class DepthEvaluator:
    """Sum up errors within the card's range, which does not depend on focal or input size."""

    output = 'depth'

    def __init__(self, depth: DepthRange, scale_median: bool) -> None:
        self._depth = depth
        self._errors = DepthErrors(depth.min_m, depth.max_m)
        self._scaled = DepthErrors(depth.min_m, depth.max_m) if scale_median else None
        self._fx: list[float] = []
        self._without_fx = 0

    def add(self, depth: npt.NDArray[np.float32], sample: Sample, lens: Lens) -> None:
        """Add float32 (H, W), metres for the lens, with those outside what was learned."""
        if sample.depth is None:
            return
        if lens.fx is None:
            self._without_fx += 1
        else:
            self._fx = [min([lens.fx, *self._fx]), max([lens.fx, *self._fx])]
        given = depth >= self._depth.min_m * lens.scale
        given &= depth <= self._depth.max_m * lens.scale
        self._errors.update(depth, sample.depth, given)
        if self._scaled is not None:
            self._scaled.update(depth * self._median_ratio(depth, sample.depth), sample.depth)

    def result(self, baseline_of: str, baseline_metres: float | None) -> DepthEvaluation:
        """Give the figures of all that was added; without a baseline its own median is one."""
        result = self._errors.result()
        metres = result.median if baseline_metres is None else baseline_metres
        return DepthEvaluation(
            min_m=self._depth.min_m,
            max_m=self._depth.max_m,
            metric=self._depth.metric,
            focal_length_px=self._depth.focal_length_px,
            fx=(self._fx[0], self._fx[1]) if self._fx else None,
            without_fx=self._without_fx,
            result=result,
            baseline_of=baseline_of,
            baseline_metres=metres,
            baseline=None if metres is None else self._errors.baseline(metres),
            median_scaled=None if self._scaled is None else self._scaled.result().errors,
        )

    def _median_ratio(
        self, depth: npt.NDArray[np.float32], truth: npt.NDArray[np.float32]
    ) -> np.float32:
        """Return the true median over the predicted one, of pixels that have both."""
        both = (truth >= self._depth.min_m) & (truth <= self._depth.max_m) & (depth > 0)
        if not both.any():
            return np.float32(1.0)
        return np.float32(np.median(truth[both]) / np.median(depth[both]))


class NormalsEvaluator:
    """Sum up angles of normals."""

    output = 'normals'

    def __init__(self) -> None:
        self._errors = NormalErrors()

    def add(self, normals: npt.NDArray[np.float32], sample: Sample, lens: Lens) -> None:
        """Add float32 (H, W, 3)."""
        if sample.normals is not None:
            self._errors.update(normals, sample.normals)

    def result(self) -> NormalsResult:
        """Give the figures of all that was added."""
        return self._errors.result()
