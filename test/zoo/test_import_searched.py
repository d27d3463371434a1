# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Checkpoints of searched networks under the official keys, to model files.

They are written here: the published files are lost.
"""

from dataclasses import replace
import logging
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch
import yaml

from hydranet_ros.commands import main
from hydranet_ros.deploy.specialise import GraphSpec
from hydranet_ros.deploy.specialise import specialise
from hydranet_ros.errors import HydranetError
from hydranet_ros.networks.architectures import build_network
from hydranet_ros.networks.fast_nas_genotype import PUBLISHED
from hydranet_ros.networks.genotypes import PUBLISHED as PUBLISHED_OF
from hydranet_ros.networks.idle_parameters import idle_parameters
from hydranet_ros.networks.options import NetworkOptions
from hydranet_ros.zoo import load_card
from hydranet_ros.zoo import resolve_model_file
from hydranet_ros.zoo.import_model_file import export_model_file
from hydranet_ros.zoo.import_model_file import network_of
from hydranet_ros.zoo.import_official import from_official
from hydranet_ros.zoo.model_file import read_model_file
from test.golden import fill
from test.golden.networks import golden_case
from test.golden.networks import golden_outputs
from test.golden.networks import official_state
from test.networks.test_searched_networks import EVERY_CELL
from test.networks.test_searched_networks import EVERY_TEMPLATE
from test.searched_models import searched_card


def test_the_command_makes_a_model_file_of_a_published_checkpoint(tmp_path: Path) -> None:
    checkpoint, out = tmp_path / 'wacv_cv.pth', tmp_path / 'cv.onnx'
    torch.save(official_state('templatenas_arch1_cv'), checkpoint)
    command = ['models', 'import', str(checkpoint), '--family', 'template_nas', '--out', str(out)]
    assert main(command) == 0
    described = read_model_file(out)
    assert (described.architecture, described.heads) == ('template_nas', {'semantic': 11})
    assert described.options.genotype == 'arch1'
    network = network_of(out)
    size = tuple(golden_case('templatenas_arch1_cv')['input_shape'])
    with torch.inference_mode():
        found = network(torch.from_numpy(fill.image(size)))['semantic'].numpy()
    expected = golden_outputs('templatenas_arch1_cv')['semantic']
    error = np.abs(found - expected).max() / np.abs(expected).max()
    print(f'fp16 weights against fp32: {error:.2e}')
    assert 1e-7 < error < 5e-3


@pytest.mark.parametrize('genotype', PUBLISHED)
def test_the_genotype_is_known_by_the_keys(genotype: str) -> None:
    for kind, task in (('segm', 'semantic'), ('depth', 'depth')):
        network = from_official('fast_nas', official_state(f'fastnas_{genotype}_{kind}'))
        assert network.options.genotype == genotype
        assert list(network.heads) == [task]
        assert len(network.auxiliary) == 3


def test_auxiliary_cells_are_loaded_where_there_are_any() -> None:
    state = official_state('fastnas_arch2_depth')
    cell = 'decoder.cells.0.op_1.'
    state |= {
        f'decoder.aux_clfs.{block}.aux_cell.{key.removeprefix(cell)}': value + block
        for key, value in list(state.items())
        if key.startswith(cell)
        for block in range(3)
    }
    network = from_official('fast_nas', state)
    for block in range(3):
        own = network.auxiliary[block].cell.state_dict()
        for key, value in network.decoder.blocks[0].cells[0].state_dict().items():
            torch.testing.assert_close(own[key], value + block)


def test_a_genotype_that_does_not_fit_is_told(tmp_path: Path) -> None:
    state = official_state('templatenas_arch0_cv')
    with pytest.raises(HydranetError, match=r'network: decoder\.layers.* where the network has'):
        from_official('template_nas', state, 'arch1')
    with pytest.raises(HydranetError, match='The genotype is wrong at its top'):
        from_official('template_nas', state, '[1]')
    with pytest.raises(HydranetError, match='has no genotype; leave it out'):
        from_official('multitask', state, 'arch0')
    with pytest.raises(HydranetError, match='no checkpoint of the network of templates'):
        from_official('template_nas', {'a': torch.zeros(1)})
    del state['decoder._ops.6.5.conv1x1.2.weight']
    with pytest.raises(HydranetError, match=r'no published genotype \(arch0, arch1\); name its'):
        from_official('template_nas', state)
    state['decoder._ops.6.9.strange'] = torch.zeros(1)
    with pytest.raises(HydranetError, match=r"'decoder\._ops\.6\.9\.strange' is not one of"):
        from_official('template_nas', state)
    file = searched_card('templatenas_arch1_cv').path.with_suffix('.onnx')
    text = file.with_suffix('.yaml').read_text()
    for genotype, message in (
        ('arch0', 'does not fit the model card'),
        ('x', 'options do not fit'),
    ):
        (tmp_path / 'mine.yaml').write_text(
            text.replace('genotype: arch1', f'genotype: {genotype}')
        )
        with pytest.raises(HydranetError, match=message):
            resolve_model_file(load_card(tmp_path / 'mine.yaml'), file)


def test_scalars_in_a_damaged_checkpoint_are_told() -> None:
    state, scalar = official_state('templatenas_arch1_cv'), torch.tensor(1.0)
    with pytest.raises(HydranetError, match='it has no head, decoder.conv_clf.weight'):
        from_official('template_nas', state | {'decoder.conv_clf.weight': scalar})
    factors = next(key for key in state if key.endswith('.a'))
    with pytest.raises(HydranetError, match=r'scales\.0\.weight is \(1, 1, 1\) where the network'):
        from_official('template_nas', state | {factors: scalar}, 'arch1')


def test_what_is_missing_beside_the_decoder_is_told_as_that(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, 'hydranet_ros')
    state = official_state('fastnas_arch1_depth')
    classifiers = [key for key in state if key.startswith('decoder.aux_clfs.1.')]
    network = from_official('fast_nas', {k: v for k, v in state.items() if k not in classifiers})
    assert classifiers
    assert network.options.genotype == 'arch1'
    assert not len(network.auxiliary)
    assert 'the auxiliary classifiers, of training alone, do not fit: left out' in caplog.messages
    assert 'the head has one channel: it is taken for depth' in caplog.messages
    shorter = {k: v for k, v in state.items() if not k.startswith('encoder.layer8.')}
    with pytest.raises(HydranetError, match=r"network: missing \['encoder\.stages\.6\."):
        from_official('fast_nas', shorter)


@pytest.mark.parametrize('architecture', PUBLISHED_OF)
def test_one_genotype_in_two_spellings_is_one(architecture: str, tmp_path: Path) -> None:
    golden = {'fast_nas': 'fastnas_arch1_depth', 'template_nas': 'templatenas_arch1_cv'}
    card = searched_card(golden[architecture])
    text = PUBLISHED_OF[architecture]['arch1']
    for number, spelling in enumerate((text, text.replace(' ', ''))):
        described = yaml.safe_load(card.path.read_text()) | {'options': {'genotype': spelling}}
        path = tmp_path / f'{number}.yaml'
        path.write_text(yaml.safe_dump(described))
        assert load_card(path).options.genotype == 'arch1'
        assert resolve_model_file(load_card(path), card.path.with_suffix('.onnx'))
    own = '[[9,[1,0,4,1]],[[0,1],[4,2]]]' if architecture == 'fast_nas' else EVERY_TEMPLATE
    with torch.device('meta'):
        networks = [
            build_network(architecture, {'depth': 1}, NetworkOptions(genotype=spelling))
            for spelling in (own, f' {own.replace(",", " ,  ")}', text)
        ]
    one, other, published = (network.options.genotype for network in networks)
    assert one == other
    assert published == 'arch1'


def test_a_genotype_of_another_architecture_is_told(tmp_path: Path) -> None:
    card = yaml.safe_load(searched_card('templatenas_arch1_cv').path.read_text())
    wrong = [
        ('multitask_refinenet', 'arch0', 'multitask_refinenet has no option genotype; .* have it'),
        ('fast_nas', 'arch7', r"The genotype 'arch7' is neither .* \(char 0\)\)"),
        ('fast_nas', '[1]', r'must be a list of 2, not \[1\]'),
    ]
    for architecture, genotype, message in wrong:
        options = {'options': {'genotype': genotype}}
        path = tmp_path / 'mine.yaml'
        path.write_text(yaml.safe_dump(card | options | {'architecture': architecture}))
        with pytest.raises(HydranetError, match=f'do not fit the architecture: .*{message}\\.$'):
            load_card(path)


@pytest.mark.parametrize(
    ('architecture', 'genotype', 'idle'),
    [
        ('fast_nas', EVERY_CELL, []),
        ('fast_nas', '[[1], [[0, 1], [4, 0]]]', ['encoder.stages.6.', 'decoder.adapt.2.']),
        ('template_nas', EVERY_TEMPLATE, []),
    ],
)
def test_genotypes_of_one_s_own_become_model_files(
    architecture: str, genotype: str, idle: list[str], tmp_path: Path
) -> None:
    torch.manual_seed(0)
    network = build_network(architecture, {'semantic': 9}, NetworkOptions(genotype=genotype))
    without = idle_parameters(network.eval())
    assert bool(without) == bool(idle)
    assert all(any(key.startswith(part) for key in without) for part in idle)
    file = export_model_file(network, tmp_path / 'net.onnx', name='net')
    again = network_of(file)
    for key, value in again.named_parameters():
        if key not in without:
            torch.testing.assert_close(value, network.get_parameter(key), atol=1e-3, rtol=1e-3)
    card = replace(
        searched_card('templatenas_arch1_cv'),
        architecture=architecture,
        options=network.options,
        classes=searched_card('templatenas_arch1_cv').classes[:9],
    )
    for size in ((93, 61), (33, 33), (34, 131)):
        rgb = np.random.default_rng(0).integers(0, 256, (*size, 3), np.uint8)
        graph = specialise(file, card, GraphSpec(size, size))
        session = onnxruntime.InferenceSession(graph.SerializeToString())
        found = session.run(['semantic'], {'image': rgb[None]})[0]
        image = ((rgb / 255 - card.mean) / card.std).astype(np.float32).transpose(2, 0, 1)
        with torch.inference_mode():
            expected = again(torch.from_numpy(image[None]))['semantic'].numpy()
        np.testing.assert_allclose(found, expected, atol=1e-4 * np.abs(expected).max())
