# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Parameters, multiply-adds and sizes of every architecture, without computing anything.

Networks here live on torch's meta device, which knows sizes alone; test_golden.py has the values.
"""

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from hydranet_ros.errors import HydranetError
from hydranet_ros.networks.architectures import ARCHITECTURES
from hydranet_ros.networks.architectures import build_network
from hydranet_ros.networks.heads import MultiLabelBranch
from hydranet_ros.networks.options import Blocks
from hydranet_ros.networks.options import Matrices
from hydranet_ros.networks.options import NetworkOptions
from hydranet_ros.networks.options import Upsampling
from hydranet_ros.networks.output_stride import output_stride

RESNETS = {depth: f'light_weight_refinenet_resnet{depth}' for depth in (50, 101, 152)}
MOBILENET = 'light_weight_refinenet_mobilenet_v2'
KINDS = ['multitask_refinenet', RESNETS[50], 'deeplab_largefov', 'fcn32s']  # one of each kind
ORIGINAL = NetworkOptions(blocks=Blocks.ORIGINAL)


def on_meta(
    architecture: str, classes: int = 21, options: NetworkOptions | None = None
) -> nn.Module:
    with torch.device('meta'):
        return build_network(architecture, {'semantic': classes}, options).eval()


def parameters(network: nn.Module) -> int:
    return sum(p.numel() for p in network.parameters())


def multiply_adds(network: nn.Module, height: int = 512, width: int = 512) -> float:
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        network(torch.empty(1, 3, height, width, device='meta'))
    return counter.get_total_flops() / 2


@pytest.mark.parametrize(
    ('architecture', 'voc', 'nyud'),
    [
        (RESNETS[50], 27_357_525, 27_401_320),
        (RESNETS[101], 46_349_653, 46_393_448),
        (RESNETS[152], 61_993_301, 62_037_096),
        (MOBILENET, 3_284_565, 3_328_360),
    ],
)
def test_parameters_are_those_of_the_official_networks(
    architecture: str, voc: int, nyud: int
) -> None:
    assert parameters(on_meta(architecture, 21)) == voc
    assert parameters(on_meta(architecture, 40)) == nyud


@pytest.mark.parametrize(
    ('architecture', 'counted', 'published'),
    [
        (RESNETS[50], 31.98, 33),
        (RESNETS[101], 51.37, 52),
        (RESNETS[152], 70.77, 71),
        (MOBILENET, 8.58, 9.3),
    ],
)
def test_multiply_adds_at_512(architecture: str, counted: float, published: float) -> None:
    found = multiply_adds(on_meta(architecture)) / 1e9
    print(f'{architecture}: {found:.2f} G, published {published} B')
    assert found == pytest.approx(counted, abs=0.01)
    assert found == pytest.approx(published, rel=0.08)


def test_the_original_blocks_make_refinenet() -> None:
    light, original = on_meta(RESNETS[101]), on_meta(RESNETS[101], options=ORIGINAL)
    assert parameters(original) / 1e6 == pytest.approx(118, abs=0.5)
    assert multiply_adds(original) / 1e9 == pytest.approx(263, abs=0.5)
    assert parameters(original) > 2 * parameters(light)
    units = on_meta(RESNETS[101], options=NetworkOptions(blocks=Blocks.RESIDUAL_UNITS))
    assert parameters(light) < parameters(units) < parameters(original)


@pytest.mark.parametrize('architecture', KINDS)
@pytest.mark.parametrize('upsample', [Upsampling.TRANSPOSED, Upsampling.GLOBAL])
def test_heads_upsample_to_the_input(architecture: str, upsample: Upsampling) -> None:
    options = NetworkOptions(upsample=upsample, largest=(150, 200))
    with torch.device('meta'):
        network = build_network(architecture, {'semantic': 5, 'depth': 1}, options).eval()
        for size in ((150, 200), (33, 97)):
            outputs = network(torch.empty(2, 3, *size))
            assert outputs['semantic'].shape == (2, 5, *size)
            assert outputs['depth'].shape == (2, 1, *size)


@pytest.mark.parametrize('architecture', KINDS)
def test_maps_are_as_large_as_the_matrices_expect(architecture: str) -> None:
    network = on_meta(architecture)
    for side in (33, 34, 64, 65, 150):
        shape = network(torch.empty(1, 3, side, 2 * side, device='meta'))['semantic'].shape
        coarse = ARCHITECTURES[architecture].coarse
        stride = output_stride(architecture, NetworkOptions())
        assert shape[2:] == (coarse(side, stride), coarse(2 * side, stride))


def test_labels_are_told_in_training_alone() -> None:
    network = build_network('multitask_refinenet', {'semantic': 5, 'depth': 1})
    network.heads['semantic'].labels = MultiLabelBranch(5, labels=4, grid=(2, 3))
    image = torch.zeros(2, 3, 64, 64)
    outputs = network.train()(image)
    assert list(outputs) == ['semantic', 'depth', 'semantic_labels']
    assert outputs['semantic_labels'].shape == (2, 4)
    assert list(network.eval()(image)) == ['semantic', 'depth']


def test_options_survive_being_written() -> None:
    options = NetworkOptions(
        upsample=Upsampling.GLOBAL,
        matrices=Matrices.XAVIER,
        blocks=Blocks.ORIGINAL,
        encoder='mnasnet_100',
    )
    written = options.chosen()
    assert written['largest'] == [500, 500]
    assert NetworkOptions.of(written) == options
    assert NetworkOptions().chosen() == {}
    with pytest.raises(ValueError, match='bicubic'):
        NetworkOptions.of({'upsample': 'bicubic'})


def test_what_cannot_be_built_is_told() -> None:
    with pytest.raises(HydranetError, match='no architecture resnet50; known: multitask_refine'):
        build_network('resnet50', {'semantic': 2})
    with pytest.raises(HydranetError, match='multitask_refinenet has no option blocks; it has'):
        build_network('multitask_refinenet', {'semantic': 2}, ORIGINAL)
    small = NetworkOptions(upsample=Upsampling.GLOBAL, largest=(63, 500))
    with pytest.raises(HydranetError, match=r'largest is \[63, 500\]; an input of less than 64'):
        build_network('multitask_refinenet', {'semantic': 2}, small)
    with pytest.raises(HydranetError, match='needs the option encoder'):
        build_network('light_weight_refinenet_timm', {'semantic': 2})
