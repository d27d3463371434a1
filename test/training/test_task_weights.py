# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""How the losses of the tasks add up."""

import math

import pytest
import torch

from hydranet_ros import HydranetError
from hydranet_ros.training.task_weights import FixedWeights
from hydranet_ros.training.task_weights import UncertaintyWeights

LOSSES = {'semantic': torch.tensor(2.0), 'depth': torch.tensor(8.0)}


def test_fixed_weights_are_factors() -> None:
    weights = FixedWeights({'semantic': 0.5, 'depth': 0.25, 'normals': 5.0})
    assert weights(LOSSES) == 0.5 * 2 + 0.25 * 8
    assert weights({'depth': LOSSES['depth']}) == 2
    assert not list(weights.parameters())


def test_learned_weights_begin_as_those_of_variance_1() -> None:
    assert UncertaintyWeights(['semantic', 'depth'])(LOSSES) == 2 + 0.5 * 8


def test_learned_weights_find_the_minimum_that_the_formula_has() -> None:
    weights = UncertaintyWeights(['semantic', 'depth', 'normals'])
    optimiser = torch.optim.SGD(weights.parameters(), lr=0.2)
    for _ in range(400):
        optimiser.zero_grad()
        weights(LOSSES).backward()
        optimiser.step()
    found = {task: value.item() for task, value in weights.log_variances.items()}
    assert found['semantic'] == pytest.approx(math.log(2 * 2.0), abs=1e-3)
    assert found['depth'] == pytest.approx(math.log(8.0), abs=1e-3)
    assert found['normals'] == 0, 'a task without a loss keeps its weight'


def test_a_loss_of_nothing_leaves_its_weight_alone() -> None:
    """As of a batch that the task is not annotated in."""
    weights = UncertaintyWeights(['semantic', 'depth'])
    nothing = torch.zeros((), requires_grad=True) * 0
    weights({'semantic': LOSSES['semantic'], 'depth': nothing}).backward()
    assert weights.log_variances['depth'].grad == 0
    assert weights.log_variances['semantic'].grad != 0


def test_every_learned_weight_gets_a_gradient() -> None:
    weights = UncertaintyWeights(['semantic', 'depth'])
    weights({'depth': LOSSES['depth']}).backward()
    assert weights.log_variances['semantic'].grad == 0
    assert weights.log_variances['depth'].grad != 0


def test_what_cannot_be_weighed_is_said() -> None:
    with pytest.raises(HydranetError, match='no weight for the loss of depth'):
        FixedWeights({'semantic': 1.0})(LOSSES)
    with pytest.raises(HydranetError, match='no weight for the loss of semantic'):
        UncertaintyWeights(['depth'])(LOSSES)
    with pytest.raises(HydranetError, match='no loss'):
        FixedWeights({'semantic': 1.0})({})
    with pytest.raises(HydranetError, match='weight of depth is -1'):
        FixedWeights({'depth': -1.0})
