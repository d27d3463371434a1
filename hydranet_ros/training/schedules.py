# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The optimiser of a recipe, its groups of parameters, and how its learning rates fall."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import nn
from torch.optim.lr_scheduler import LambdaLR

from hydranet_ros.training.recipe_choices import Decay
from hydranet_ros.training.recipe_choices import Optimiser
from hydranet_ros.training.recipe_types import OptimiserRecipe
from hydranet_ros.training.recipe_types import Schedule

ENCODER = 'encoder'
DECODER = 'decoder'
_MIXING = (2, 4)  # axes of matrices and convolutions; vectors and factors [C, 1, 1] scale or shift


def make_optimiser(
    recipe: OptimiserRecipe, network: nn.Module, task_weights: nn.Module
) -> torch.optim.Optimizer:
    """Group the parameters by learning rate and decay; the first group is of the encoder.

    Batch norms, biases and factors of channels decay only where the recipe says so, the tasks'
    weights never; what learned weights of the tasks there are take the decoder's learning rate.
    """
    rates = {ENCODER: recipe.lr_encoder, DECODER: recipe.lr_decoder}
    members: dict[tuple[str, bool], list[nn.Parameter]] = {
        (part, decays): [] for part in rates for decays in (True, False)
    }
    for part, parameter in _parameters(network):
        decays = parameter.ndim in _MIXING or recipe.decay_bn_and_biases
        members[part, decays].append(parameter)
    members[DECODER, False] += task_weights.parameters()
    groups = [
        {
            'params': parameters,
            'lr': rates[part],
            'weight_decay': recipe.weight_decay if decays else 0.0,
            'name': part,
        }
        for (part, decays), parameters in members.items()
        if parameters
    ]
    if recipe.kind is Optimiser.ADAMW:
        return torch.optim.AdamW(groups, betas=(recipe.momentum, 0.999), fused=False)
    return torch.optim.SGD(groups, momentum=recipe.momentum)


def make_scheduler(
    schedule: Schedule, optimiser: torch.optim.Optimizer, steps: int, steps_per_epoch: int
) -> LambdaLR:
    """Return the scheduler of all groups; call its `step` after every step of the optimiser."""

    def factor(step: int) -> float:
        return learning_rate_factor(schedule, step, steps, steps_per_epoch)

    return LambdaLR(optimiser, factor)


def learning_rate_factor(schedule: Schedule, step: int, steps: int, steps_per_epoch: int) -> float:
    """Return what the learning rates are multiplied by at a step, counted from 0."""
    warm = min(1.0, (step + 1) / (schedule.warmup_steps + 1))
    if schedule.kind is Decay.POLY:
        return warm * max(0.0, 1 - step / steps) ** schedule.power
    if schedule.kind is Decay.STEP:
        return warm * schedule.factor ** (step // (schedule.every * steps_per_epoch))
    return warm


def _parameters(network: nn.Module) -> Iterator[tuple[str, nn.Parameter]]:
    for name, parameter in network.named_parameters():
        yield (ENCODER if name.startswith('encoder.') else DECODER), parameter
