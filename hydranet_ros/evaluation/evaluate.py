# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Measure a model, on whatever engine, against the annotations of a data set. Needs no torch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hydranet_ros.errors import HydranetError
from hydranet_ros.evaluation.depth_errors import DepthErrors
from hydranet_ros.evaluation.evaluation_data import EvaluationData
from hydranet_ros.evaluation.evaluation_result import EvaluationResult
from hydranet_ros.evaluation.run_record import RunRecord
from hydranet_ros.evaluation.size_groups import by_size
from hydranet_ros.evaluation.size_groups import padded
from hydranet_ros.evaluation.size_groups import Size
from hydranet_ros.evaluation.task_evaluators import DepthEvaluator
from hydranet_ros.evaluation.task_evaluators import Lens
from hydranet_ros.evaluation.task_evaluators import NormalsEvaluator
from hydranet_ros.evaluation.task_evaluators import SemanticEvaluator
from hydranet_ros.perception import Perception
from hydranet_ros.prediction import Prediction
from hydranet_ros.prediction import TASK_OF
from hydranet_ros.training.datasets.sample import DataSet
from hydranet_ros.training.datasets.sample import Sample
from hydranet_ros.zoo.card_types import DepthRange
from hydranet_ros.zoo.card_types import Task


@dataclass(frozen=True)
class EvaluationOptions:
    """How to evaluate.

    fx: the focal length in pixels of every image, None for the data set's own. scale_median:
    depth also after each image is scaled by its medians. pad_to: round image sizes up to a
    multiple of it. baseline: whose median depth to compare with, None for the evaluated data's.
    """

    fx: float | None = None
    scale_median: bool = False
    pad_to: int = 1
    baseline: EvaluationData | None = None


def evaluate(
    perception: Perception,
    data: EvaluationData,
    options: EvaluationOptions | None = None,
    after_image: Callable[[], object] = lambda: None,
) -> EvaluationResult:
    """Predict every image of a data set at its own size, and compare.

    HydranetError where the model and the data set have no task or no class in common.
    """
    return _Evaluation(perception, data, options or EvaluationOptions()).run(after_image)


class _Evaluation:
    """The evaluators of the tasks that a model and a data set share."""

    def __init__(
        self, perception: Perception, data: EvaluationData, options: EvaluationOptions
    ) -> None:
        self._perception, self._data, self._options = perception, data, options
        tasks = _common_tasks(perception, data)
        self._semantic, self._depth, self._normals = None, None, None
        self._skipped: list[str] = []
        if Task.SEMANTIC in tasks:
            try:
                self._semantic = SemanticEvaluator(perception.classes, data.dataset.classes)
            except HydranetError as error:
                if tasks == {Task.SEMANTIC}:
                    raise
                self._skipped.append(str(error))
        if Task.DEPTH in tasks and perception.depth_range is not None:
            self._depth = DepthEvaluator(perception.depth_range, options.scale_median)
        if Task.NORMALS in tasks:
            self._normals = NormalsEvaluator()
        if self._depth is None and (options.scale_median or options.baseline is not None):
            raise HydranetError(
                f'A baseline and scaling by the median are about depth, which {data.title} and '
                f'{perception.card.name} do not have in common; leave them out.'
            )
        self._evaluators = [
            one for one in (self._semantic, self._depth, self._normals) if one is not None
        ]

    def run(self, after_image: Callable[[], object]) -> EvaluationResult:
        record = RunRecord(self._perception, self._data, self._options.pad_to)
        for sample, size in by_size(self._data.dataset, self._options.pad_to):
            self._add(sample, size)
            record.add(size)
            after_image()
        return record.result(
            semantic=None if self._semantic is None else self._semantic.result(),
            depth=None if self._depth is None else self._depth.result(*self._baseline()),
            normals=None if self._normals is None else self._normals.result(),
            skipped=tuple(self._skipped),
        )

    def _add(self, sample: Sample, size: Size) -> None:
        fx = sample.fx if self._options.fx is None else self._options.fx
        prediction = self._perception.predict(
            padded(sample.rgb, size),
            fx=fx,
            wanted=[one.output for one in self._evaluators],
            keep_unlearned=True,
        )
        assert isinstance(prediction, Prediction)
        lens = Lens(fx, self._perception.depth_scale_for(fx, *size) if fx else 1.0)
        height, width = sample.rgb.shape[:2]
        for one in self._evaluators:
            one.add(getattr(prediction, one.output)[:height, :width], sample, lens)

    def _baseline(self) -> tuple[str, float | None]:
        """Return where the median depth is from, and it where that is another data set."""
        baseline, depth = self._options.baseline, self._perception.depth_range
        if baseline is None or depth is None:
            return self._data.title, None
        median = median_depth(baseline.dataset, depth)
        if median is None:
            raise HydranetError(
                f'{baseline.title} has no true depth from {depth.min_m:g} to {depth.max_m:g} m to '
                'take a median of; give another split for the baseline, or none.'
            )
        return baseline.title, median


def median_depth(dataset: DataSet, depth: DepthRange) -> float | None:
    """Return the median of all true depths within a range, metres; None without any."""
    errors = DepthErrors(depth.min_m, depth.max_m)
    for sample in dataset:
        if sample.depth is not None:
            errors.update(sample.depth, sample.depth)
    return errors.result().median


def _common_tasks(perception: Perception, data: EvaluationData) -> set[Task]:
    offered = {Task(TASK_OF[name]) for name in perception.outputs}
    common = offered & data.dataset.tasks
    if not len(data.dataset):
        raise HydranetError(f'{data.title} has no image; give another --data or --split.')
    if not common:
        raise HydranetError(
            f'{data.title} annotates {_names(data.dataset.tasks)}, but {perception.card.name} '
            f'predicts {_names(offered)}: there is nothing to compare. Give another data set, or '
            'another model.'
        )
    return common


def _names(tasks: set[Task] | frozenset[Task]) -> str:
    return ' and '.join(sorted(task.value for task in tasks)) or 'nothing'
