# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Learning rates: whose, and how they fall."""

import pytest
from torch import nn

from hydranet_ros.networks.multitask_refinenet import MultiTaskRefineNet
from hydranet_ros.training.recipe_choices import Decay
from hydranet_ros.training.recipe_choices import Optimiser
from hydranet_ros.training.recipe_types import OptimiserRecipe
from hydranet_ros.training.recipe_types import Schedule
from hydranet_ros.training.schedules import learning_rate_factor
from hydranet_ros.training.schedules import make_optimiser
from hydranet_ros.training.schedules import make_scheduler
from hydranet_ros.training.task_weights import UncertaintyWeights

RECIPE = OptimiserRecipe(lr_encoder=0.1, lr_decoder=1.0, weight_decay=0.01)


@pytest.fixture(scope='module')
def network() -> MultiTaskRefineNet:
    return MultiTaskRefineNet({'semantic': 3, 'depth': 1})


def test_every_parameter_is_in_one_group(network: MultiTaskRefineNet) -> None:
    weights = UncertaintyWeights(['semantic', 'depth'])
    groups = make_optimiser(RECIPE, network, weights).param_groups
    grouped = [parameter for group in groups for parameter in group['params']]
    wanted = [*network.parameters(), *weights.parameters()]
    assert sorted(map(id, grouped)) == sorted(map(id, wanted))


def test_groups_have_the_rates_and_decays_of_their_part(network: MultiTaskRefineNet) -> None:
    groups = make_optimiser(RECIPE, network, nn.Module()).param_groups
    of = {id(p): group for group in groups for p in group['params']}
    expected = {
        'encoder.stem.conv.weight': (0.1, 0.01),
        'encoder.stem.bn.weight': (0.1, 0.0),
        'crp1.convs.0.weight': (1.0, 0.01),
        'heads.depth.out.weight': (1.0, 0.01),
        'heads.depth.out.bias': (1.0, 0.0),
    }
    parameters = dict(network.named_parameters())
    for name, rates in expected.items():
        group = of[id(parameters[name])]
        assert (group['lr'], group['weight_decay']) == rates, name


def test_all_decay_where_the_recipe_says_so(network: MultiTaskRefineNet) -> None:
    recipe = OptimiserRecipe(
        0.1, 1.0, kind=Optimiser.ADAMW, weight_decay=0.5, decay_bn_and_biases=True
    )
    groups = make_optimiser(recipe, network, nn.Module()).param_groups
    assert {group['weight_decay'] for group in groups} == {0.5}


@pytest.mark.parametrize(
    ('schedule', 'step', 'factor'),
    [
        (Schedule(Decay.POLY, power=2.0), 0, 1.0),
        (Schedule(Decay.POLY, power=2.0), 50, 0.25),
        (Schedule(Decay.POLY, power=2.0), 100, 0.0),
        (Schedule(Decay.STEP, every=3, factor=0.5), 29, 1.0),
        (Schedule(Decay.STEP, every=3, factor=0.5), 30, 0.5),
        (Schedule(Decay.STEP, every=3, factor=0.5), 60, 0.25),
        (Schedule(Decay.CONSTANT), 99, 1.0),
        (Schedule(Decay.CONSTANT, warmup_steps=3), 0, 0.25),
        (Schedule(Decay.CONSTANT, warmup_steps=3), 3, 1.0),
    ],
)
def test_factors(schedule: Schedule, step: int, factor: float) -> None:
    found = learning_rate_factor(schedule, step, steps=100, steps_per_epoch=10)
    assert found == pytest.approx(factor)


def test_the_scheduler_keeps_the_ratio_of_the_parts(network: MultiTaskRefineNet) -> None:
    optimiser = make_optimiser(RECIPE, network, nn.Module())
    scheduler = make_scheduler(Schedule(Decay.POLY, power=1.0), optimiser, 10, 5)
    for _ in range(5):
        optimiser.step()
        scheduler.step()
    rates = {group['name']: group['lr'] for group in optimiser.param_groups}
    assert rates == pytest.approx({'encoder': 0.05, 'decoder': 0.5})
