# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Measure the network on a data set with the accumulators of `hydranet_ros.evaluation`."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
import torch.nn.functional as F

from hydranet_ros.errors import HydranetError
from hydranet_ros.evaluation.confusion import Confusion
from hydranet_ros.evaluation.depth_errors import DepthErrors
from hydranet_ros.evaluation.normal_errors import NormalErrors
from hydranet_ros.training.datasets.sample import DataSet
from hydranet_ros.training.datasets.sample import Sample
from hydranet_ros.training.recipe_types import domain_of
from hydranet_ros.training.recipe_types import Recipe
from hydranet_ros.training.recipe_types import ValidationSet
from hydranet_ros.zoo.card_types import Task

METRICS = {
    Task.SEMANTIC: ('mIoU', 'pixel_accuracy'),
    Task.DEPTH: ('RMSE', 'RMSE_log', 'AbsRel', 'delta1'),
    Task.NORMALS: ('angle_mean', 'angle_median'),
}


class Validation:
    """Accumulates the errors on one set; `states` of several processes add up."""

    def __init__(self, entry: ValidationSet, recipe: Recipe, dataset: DataSet) -> None:
        self.name = set_name(entry)
        self._domain = domain_of(recipe, entry.domain)
        self._depth = self._domain.depth or recipe.depth
        self._tasks = [task for task in recipe.tasks if task in dataset.tasks]
        self.reset()

    def reset(self) -> None:
        """Forget what was accumulated."""
        classes = self._domain.stop - self._domain.start
        self._accumulators: dict[Task, Confusion | DepthErrors | NormalErrors] = {}
        for task in self._tasks:
            if task is Task.SEMANTIC:
                self._accumulators[task] = Confusion(classes)
            elif task is Task.NORMALS:
                self._accumulators[task] = NormalErrors()
            elif self._depth is not None:
                self._accumulators[task] = DepthErrors(self._depth.min_m, self._depth.max_m)

    def update(self, outputs: Mapping[str, Tensor], samples: Sequence[Sample]) -> None:
        """Add samples of one size, with the network's raw outputs for them, [N, C, h, w]."""
        size = samples[0].rgb.shape[:2]
        for task, accumulator in self._accumulators.items():
            predictions = self._prediction(task, outputs[task.value].float(), size)
            for prediction, sample in zip(predictions, samples, strict=True):
                truth = _truth(task, sample)
                if truth is None:
                    continue
                if task is Task.DEPTH:
                    prediction = self._metres(prediction, sample.fx)
                accumulator.update(prediction, truth)

    @property
    def states(self) -> list[np.ndarray]:
        """The arrays that processes add up, in a fixed order; assign sums to them in place."""
        return [accumulator.state for accumulator in self._accumulators.values()]

    def metrics(self) -> dict[str, float]:
        """Return the figures by name, those that nothing can be said of left out."""
        found: dict[str, float] = {}
        for task, accumulator in self._accumulators.items():
            values = zip(METRICS[task], _figures(accumulator), strict=True)
            found |= {f'{self.name}/{key}': value for key, value in values if value is not None}
        return found

    @property
    def metric_names(self) -> list[str]:
        """The names of the figures that this set can give."""
        return [f'{self.name}/{metric}' for task in self._tasks for metric in METRICS[task]]

    def _prediction(self, task: Task, output: Tensor, size: tuple[int, int]) -> np.ndarray:
        """Resize bilinearly; give labels uint8, raw metres or raw normals, channels last."""
        if task is Task.SEMANTIC:
            output = output[:, self._domain.start : self._domain.stop]
        full = F.interpolate(output, size, mode='bilinear', align_corners=False)
        if task is Task.SEMANTIC:
            return full.argmax(1).to(torch.uint8).cpu().numpy()
        if task is Task.DEPTH:
            return full[:, 0].abs().cpu().numpy()
        return full.permute(0, 2, 3, 1).cpu().numpy()

    def _metres(self, depth: np.ndarray, fx: float | None) -> np.ndarray:
        """Turn the canonical camera's metres into those of this one."""
        assert self._depth is not None
        scale = self._depth.scale_for(fx) if fx else None
        return depth * np.float32(scale or 1.0)


def check_validations(validations: Sequence[Validation], select: str | None) -> None:
    """Refuse sets of one name, and a metric that no set gives, before any work is lost."""
    sets = [validation.name for validation in validations]
    if len(set(sets)) != len(sets):
        raise HydranetError(
            f'Two validation sets have the same name ({", ".join(sets)}), so their figures could '
            'not be told apart; give them other splits or folders.'
        )
    names = [name for validation in validations for name in validation.metric_names]
    if select is not None and selected(dict.fromkeys(names, 0.0), select) is None:
        raise HydranetError(
            f'The recipe selects by {select}, which no validation set gives; choose one of '
            f'{", ".join(names)}.'
        )


def higher_is_better(metric: str) -> bool:
    """Tell which of two values of a metric is the better one."""
    return metric.rpartition('/')[2] in ('mIoU', 'pixel_accuracy', 'delta1')


def selected(metrics: Mapping[str, float], select: str) -> float | None:
    """Return the metric that `select` names: set/metric, or a metric of the first set with it."""
    if select in metrics:
        return metrics[select]
    ends = [value for name, value in metrics.items() if name.rpartition('/')[2] == select]
    return ends[0] if ends else None


def set_name(entry: ValidationSet) -> str:
    """Name a set: what it is and its split, of a plain folder the folder."""
    kind, _, path = entry.set.partition(':')
    return '-'.join(
        part for part in (Path(path).name if kind == 'folder' else kind, entry.split) if part
    )


def _figures(accumulator: Confusion | DepthErrors | NormalErrors) -> tuple[float | None, ...]:
    """Return the figures in the order of METRICS."""
    if isinstance(accumulator, Confusion):
        errors = accumulator.result()
        return errors.miou, errors.pixel_accuracy
    if isinstance(accumulator, DepthErrors):
        depth = accumulator.result().errors
        return depth.rmse, depth.rmse_log, depth.abs_rel, depth.delta1
    angles = accumulator.result()
    return angles.mean, angles.median


def _truth(task: Task, sample: Sample) -> np.ndarray | None:
    if task is Task.SEMANTIC:
        return sample.labels
    return sample.depth if task is Task.DEPTH else sample.normals
