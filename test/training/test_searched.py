# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Trainings of searched networks to their model files, by which the engines run them.

That they reach what the papers report is not verified: the data sets are not at hand.
"""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
import torch.nn.functional as F

from hydranet_ros import Perception
from hydranet_ros.commands import main
from hydranet_ros.errors import HydranetError
from hydranet_ros.networks.architectures import build_network
from hydranet_ros.networks.idle_parameters import idle_parameters
from hydranet_ros.networks.options import NetworkOptions
from hydranet_ros.training.batch import Batch
from hydranet_ros.training.objective import Objective
from hydranet_ros.training.recipe_types import OptimiserRecipe
from hydranet_ros.training.schedules import make_optimiser
from hydranet_ros.training.start import load_start
from hydranet_ros.training.start import make_network
from hydranet_ros.zoo import load_card
from hydranet_ros.zoo.card_types import Task
from hydranet_ros.zoo.import_imagenet import load_encoder
from hydranet_ros.zoo.import_model_file import network_of
from hydranet_ros.zoo.import_network import checkpoint_network
from hydranet_ros.zoo.model_file import read_model_file

from .runs import checkpoint
from .runs import one_thread as one_thread
from .runs import recipe
from .runs import started
from .runs import write_data
from .runs import write_recipe

SMALL = '[[9, [1, 0, 4, 1]], [[0, 1], [4, 2]]]'  # one layer, two blocks; 1/32 is read by none
CHANGES: dict[str, Any] = {
    'architecture': 'fast_nas',
    'options': {'genotype': SMALL},
    'losses': {'auxiliary': {'weight': 0.15}},
    'streams': [
        {
            'crop': [32, 48],
            'data': [
                {'set': 'folder:labelled', 'batch': 2},
                {'set': 'folder:measured', 'batch': 1},
            ],
        }
    ],
    'epochs': 1,
    'steps_per_epoch': 2,
}


@pytest.fixture(scope='module')
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Train by the command, two tasks with auxiliary cells; return the recipe and --out."""
    folder = tmp_path_factory.mktemp('searched')
    data = write_data(folder / 'data')
    path, out = write_recipe(folder / 'recipe.yaml', **CHANGES), folder / 'out'
    with started(path, data, out) as process:
        said, _ = process.communicate()
    assert process.returncode == 0, said
    return path, out


def test_a_training_by_the_command_ends_in_a_model_without_the_classifiers(
    run: tuple[Path, Path],
) -> None:
    _, out = run
    state = checkpoint(out)['state_dict']
    trained = [key for key in state if key.startswith('network.auxiliary.')]
    assert any('.cell.' in key for key in trained)
    assert any('.heads.depth.out.' in key for key in trained)
    card = load_card(out / 'model' / 'small.yaml')
    assert card.options.genotype == SMALL
    network = network_of(card.path.parent / card.weights.location)
    assert not [key for key in network.state_dict() if key.startswith('auxiliary')]
    rgb = np.random.default_rng(0).integers(0, 256, (93, 61, 3), np.uint8)
    image = ((rgb / 255 - card.mean) / card.std).astype(np.float32).transpose(2, 0, 1)[None]
    with torch.inference_mode():
        raw = network(torch.from_numpy(image))
        depth = F.interpolate(raw['depth'], (93, 61), mode='bilinear')[0, 0].abs().numpy()
    assert raw['depth'].shape == (1, 1, 24, 16)
    with Perception.load(card.path, backend='onnxruntime', precision='fp32') as perception:
        found = perception.predict(rgb, keep_unlearned=True).depth
    np.testing.assert_allclose(found, depth, atol=1e-4)


def test_any_checkpoint_of_a_training_becomes_a_model_file(
    run: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, out = run
    target = tmp_path / 'mine.onnx'
    assert main(['models', 'import', str(out / 'last.ckpt'), '--out', str(target)]) == 0
    assert capsys.readouterr().out.strip() == str(target)
    described = read_model_file(target)
    assert (described.architecture, described.options.genotype) == ('fast_nas', SMALL)
    assert described.heads == {'semantic': 2, 'depth': 1}
    state = checkpoint(out)['state_dict']
    idle = idle_parameters(network_of(target))
    for key, value in network_of(target).named_parameters():
        if key not in idle:
            torch.testing.assert_close(value, state[f'network.{key}'], atol=1e-3, rtol=1e-3)


def test_a_damaged_checkpoint_of_a_training_is_told(tmp_path: Path) -> None:
    path = tmp_path / 'last.ckpt'
    torch.save({'recipe': {'tasks': ['semantic']}, 'state_dict': {}}, path)
    assert main(['models', 'import', str(path), '--out', str(tmp_path / 'net.onnx')]) == 1
    described = {'architecture': 'template_nas', 'options': {'genotype': 'arch1'}}
    stated = {'tasks': ['depth'], 'classes': [], **described}
    for content in ({'network.encoder.stem.conv.weight': 'x'}, 'x', {1: torch.zeros(1)}):
        torch.save({'recipe': stated, 'state_dict': content}, path)
        with pytest.raises(HydranetError, match='is no state dict: its entry'):
            checkpoint_network(path)


def test_a_checkpoint_of_a_training_says_itself_what_it_is(tmp_path: Path) -> None:
    path = tmp_path / 'last.ckpt'
    options = {'genotype': 'arch1'}
    network = build_network('template_nas', {'depth': 1}, NetworkOptions.of(options))
    state = {f'network.{key}': value for key, value in network.state_dict().items()}
    stated = {'tasks': ['depth'], 'classes': [], 'architecture': 'template_nas'}
    torch.save({'recipe': stated | {'options': options}, 'state_dict': state}, path)
    for asked in (('fast_nas', None), (None, 'arch0'), ('template_nas', 'arch1')):
        with pytest.raises(HydranetError, match='says itself what it is; leave out --family'):
            checkpoint_network(path, *asked)
    for found in (
        checkpoint_network(path),
        checkpoint_network(path, 'fast_nas', 'arch0', if_official=True),
    ):
        assert found.architecture == 'template_nas'


def test_depth_begins_where_the_recipe_says_in_every_classifier(tmp_path: Path) -> None:
    read = recipe(tmp_path, **CHANGES, start={'depth_m': 7.0})
    network = make_network(read)
    load_start(network, read, tmp_path, [])
    heads = [network.heads, *(auxiliary.heads for auxiliary in network.auxiliary)]
    assert len(heads) == 3
    for head in heads:
        assert head['depth'].out.bias.tolist() == [7.0]


def test_factors_of_channels_do_not_decay() -> None:
    network = build_network('template_nas', {'depth': 1}, NetworkOptions(genotype='arch1'))
    groups = make_optimiser(
        OptimiserRecipe(0.1, 1.0, weight_decay=0.01), network, nn.Module()
    ).param_groups
    decay = {id(one): group['weight_decay'] for group in groups for one in group['params']}
    found = {name: decay[id(one)] for name, one in network.named_parameters()}
    factors = [name for name in found if '.scales.' in name]
    assert factors
    assert all(found[name] == 0 for name in factors)
    assert found['decoder.merge.conv.weight'] == 0.01
    assert found['decoder.merge.bn.weight'] == 0


@pytest.mark.parametrize('frozen', [{'frozen_bn': True}, {'freeze_bn_from_epoch': 0}])
def test_one_image_a_batch_is_enough_where_batch_norm_learns_nothing(
    frozen: dict, tmp_path: Path
) -> None:
    sets = [{'set': 'folder:labelled', 'batch': 1}]
    streams = [{'crop': [32, 48], 'data': sets}]
    changes = {'options': {'genotype': 'arch2'}, 'streams': streams}
    assert recipe(tmp_path, **CHANGES | changes | frozen).streams[0].data[0].batch == 1
    later = {'freeze_bn_from_epoch': 1}
    with pytest.raises(HydranetError, match='one image a batch'):
        recipe(tmp_path, **CHANGES | changes | later)


def test_a_training_goes_on_from_the_model_of_another(run: tuple[Path, Path]) -> None:
    _, out = run
    start = {'model': str(out / 'model' / 'small.onnx')}
    again = recipe(out, **CHANGES, start=start)
    network = make_network(again)
    load_start(network, again, out, [])
    first = network_of(out / 'model' / 'small.onnx')
    learnt = [key for key, one in network.named_parameters() if one.requires_grad]
    for key in (key for key in learnt if not key.startswith('auxiliary.')):
        value = first.get_parameter(key)
        torch.testing.assert_close(network.get_parameter(key).detach(), value.detach())


def test_auxiliary_losses_are_the_task_s_times_the_weight(tmp_path: Path) -> None:
    read = recipe(tmp_path, **CHANGES)
    objective = Objective(read, read.streams[0], frozenset({Task.SEMANTIC, Task.DEPTH}))
    generator = torch.Generator().manual_seed(0)
    labels = torch.randint(0, 2, (3, 32, 48), generator=generator).to(torch.uint8)
    batch = Batch(
        image=torch.zeros(3, 3, 32, 48, dtype=torch.uint8),
        labels=labels,
        depth=torch.rand(3, 32, 48, generator=generator) * 9,
        normals=None,
        weights={'semantic': torch.tensor([1.0, 1, 0]), 'depth': torch.tensor([0.0, 0, 1])},
    )

    def maps(side: int) -> dict[str, torch.Tensor]:
        size = (3, 2, side, side)
        return {
            'semantic': torch.randn(size, generator=generator),
            'depth': torch.randn(size, generator=generator)[:, :1],
        }

    whole, first, second = maps(8), maps(8), maps(4)
    outputs = dict(whole)
    for number, told in enumerate((first, second)):
        outputs |= {f'{task}_auxiliary{number}': value for task, value in told.items()}
    expected = [objective(one, batch) for one in (whole, first, second)]
    for task, loss in objective(outputs, batch).items():
        own, *others = (one[task] for one in expected)
        torch.testing.assert_close(loss, own + 0.15 * sum(others))


@pytest.mark.parametrize(
    ('architecture', 'genotype'), [('fast_nas', SMALL), ('template_nas', 'arch0')]
)
def test_every_weight_that_learns_has_a_gradient(
    architecture: str, genotype: str, tmp_path: Path
) -> None:
    changes = CHANGES | {'architecture': architecture, 'options': {'genotype': genotype}}
    if architecture == 'template_nas':
        changes |= {'losses': {}}
    network = make_network(recipe(tmp_path, **changes))
    total: Any = sum(y.square().sum() for y in network(torch.rand(2, 3, 32, 48)).values())
    total.backward()
    still = {name for name, one in network.named_parameters() if not one.requires_grad}
    without = {name for name, one in network.named_parameters() if one.grad is None}
    assert still == without
    assert any('adapt.3' in name for name in still) == (architecture == 'fast_nas')


def test_the_first_stages_of_an_encoder_begin_from_imagenet(shared: Path, tmp_path: Path) -> None:
    changes = CHANGES | {'architecture': 'template_nas', 'options': {'genotype': 'arch1'}}
    network = make_network(recipe(tmp_path, **changes | {'losses': {}}))
    before = network.encoder.stages[2][0].expand.conv.weight.clone()
    noise = [np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)]
    weights = sorted((shared / 'weights').glob('mobilenetv2_100_imagenet*.npz'))
    if not weights:
        pytest.skip('the ImageNet weights are not at hand')
    load_encoder(network, weights[0], noise)
    assert not torch.equal(network.encoder.stages[2][0].expand.conv.weight, before)
    assert isinstance(network.encoder.stages, nn.ModuleList)
    assert len(network.encoder.stages) == 3


@pytest.mark.parametrize(
    ('changes', 'message'),
    [
        ({'options': {}}, r'options.genotype does not fit: .* needs the option .* as text\.$'),
        (
            {'architecture': 'multitask_refinenet', 'losses': {}},
            'options.genotype does not fit: multitask_refinenet has no option genotype',
        ),
        ({'options': {'genotype': 'arch7'}}, "genotype does not fit: The genotype 'arch7' is nei"),
        ({'losses': {'auxiliary': {'weight': -0.1}}}, 'auxiliary.weight must not be negative'),
        (
            {'losses': {'auxiliary': {'weights': 1}}},
            r'auxiliary.weights is no key .*mean weight\?',
        ),
        (
            {'architecture': 'template_nas', 'options': {'genotype': 'arch0'}},
            'losses.auxiliary is of the architecture fast_nas alone',
        ),
        (
            {
                'options': {'genotype': 'arch2'},
                'streams': [
                    {'crop': [32, 48], 'data': [{'set': 'folder:labelled', 'batch': 1}]},
                ],
            },
            r'streams\[0\].data has one image a batch, of which batch norm',
        ),
    ],
)
def test_wrong_recipes_are_told(changes: dict, message: str, tmp_path: Path) -> None:
    with pytest.raises(HydranetError, match=message):
        recipe(tmp_path, **CHANGES | changes)
