# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""What an evaluation of a model on a data set has found."""

from __future__ import annotations

from dataclasses import asdict
from dataclasses import dataclass
from typing import Any

from hydranet_ros.evaluation.confusion import SegmentationErrors
from hydranet_ros.evaluation.depth_errors import DepthFigures
from hydranet_ros.evaluation.depth_errors import DepthResult
from hydranet_ros.evaluation.normal_errors import NormalsResult
from hydranet_ros.evaluation.results import Weights

SCHEMA = 1


@dataclass(frozen=True)
class SemanticEvaluation:
    """Segmentation; class by class in the order of `classes`, those that both sides have.

    ignored_classes: the data set's that the model does not know; their pixels are left out.
    unmatched_classes: the model's that the data set does not know, wrong wherever predicted.
    """

    errors: SegmentationErrors
    classes: tuple[str, ...]
    ignored_classes: tuple[str, ...]
    unmatched_classes: tuple[str, ...]


@dataclass(frozen=True)
class DepthEvaluation:
    """Depth where the truth is within min_m to max_m (metres), beside one depth for all pixels.

    metric, focal_length_px: as the card has them. fx: the least and the largest focal length that
    metres were made for, None where none was known. without_fx: images of an unknown one.
    baseline_metres: the median of the true depths of `baseline_of`. median_scaled: after each
    image's prediction is multiplied by the ratio of the medians, None where nobody asked.
    """

    min_m: float
    max_m: float
    metric: bool
    focal_length_px: float | None
    fx: tuple[float, float] | None
    without_fx: int
    result: DepthResult
    baseline_of: str
    baseline_metres: float | None
    baseline: DepthFigures | None
    median_scaled: DepthFigures | None


@dataclass(frozen=True)
class EvaluationResult:
    """One model on one data set. date: UTC, ISO 8601. input_sizes: (height, width) of the network.

    images: all; the pixels of a task say how much of them is annotated. skipped: why a task that
    both sides have was not compared.
    """

    version: str
    date: str
    model: str
    weights: Weights
    domain: str | None
    engine: str
    precision: str
    device: str
    data: str
    split: str | None
    images: int
    input_sizes: tuple[tuple[int, int], ...]
    padded_to: int
    semantic: SemanticEvaluation | None
    depth: DepthEvaluation | None
    normals: NormalsResult | None
    skipped: tuple[str, ...]

    def document(self) -> dict[str, Any]:
        """Give it as its JSON has it: the main figures first, under their usual names."""
        main: dict[str, Any] = {'schema': SCHEMA}
        if self.semantic is not None:
            main['mIoU'] = self.semantic.errors.miou
            main['pixel_accuracy'] = self.semantic.errors.pixel_accuracy
            main['mean_accuracy'] = self.semantic.errors.mean_accuracy
            main['fw_IoU'] = self.semantic.errors.fw_iou
        if self.depth is not None:
            errors = self.depth.result.errors
            main |= {'RMSE': errors.rmse, 'RMSE_log': errors.rmse_log, 'AbsRel': errors.abs_rel}
            main['depth_coverage'] = self.depth.result.coverage
        if self.normals is not None:
            main |= {'angle_mean': self.normals.mean, 'angle_median': self.normals.median}
        return {**main, **asdict(self)}
