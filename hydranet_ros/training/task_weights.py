# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""How the losses of the tasks add up to the one that is minimised."""

from collections.abc import Iterable
from collections.abc import Mapping
import math

import torch
from torch import nn
from torch import Tensor

from hydranet_ros.errors import HydranetError
from hydranet_ros.zoo.card_types import Task


class FixedWeights(nn.Module):
    """Sum the losses, each times a number of its own."""

    def __init__(self, weights: Mapping[str, float]) -> None:
        super().__init__()
        self.weights = {Task(task).value: float(weight) for task, weight in weights.items()}
        for task, weight in self.weights.items():
            if not (math.isfinite(weight) and weight >= 0):
                raise HydranetError(f'The weight of {task} is {weight}; give a number from 0.')

    def forward(self, losses: Mapping[str, Tensor]) -> Tensor:
        """Return the total, a scalar, of the losses by task."""
        _check(losses, self.weights)
        return torch.stack([loss * self.weights[task] for task, loss in losses.items()]).sum()


class UncertaintyWeights(nn.Module):
    """Learn a log variance s a task: exp(-s) L + s / 2 for classes, half the first for the rest.

    A loss of 0, as of a batch without annotations of the task, leaves its s alone: there the
    formula has no minimum, and the weight would grow without end.
    Source: Kendall, Gal and Cipolla, CVPR 2018.
    """

    def __init__(self, tasks: Iterable[str]) -> None:
        super().__init__()
        self.log_variances = nn.ParameterDict(
            {Task(task).value: nn.Parameter(torch.zeros(())) for task in tasks}
        )

    def forward(self, losses: Mapping[str, Tensor]) -> Tensor:
        """Return the total, a scalar, of the losses by task."""
        _check(losses, self.log_variances)
        terms = []
        for task, log_variance in self.log_variances.items():
            if task not in losses:
                terms.append(log_variance * 0)  # DDP waits for every parameter's gradient
                continue
            half = 1.0 if task == Task.SEMANTIC.value else 0.5
            loss = losses[task]
            weighed = half * torch.exp(-log_variance) * loss
            terms.append(weighed + 0.5 * log_variance * (loss.detach() != 0))
        return torch.stack(terms).sum()


def _check(losses: Mapping[str, Tensor], known: Iterable[str]) -> None:
    if not losses:
        raise HydranetError('There is no loss to minimise: no task of the step is annotated.')
    if unknown := sorted(set(losses) - set(known)):
        raise HydranetError(
            f'There is no weight for the loss of {", ".join(unknown)}; there is one for '
            f'{", ".join(known)}.'
        )
