# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The searched networks: counts, sizes and genotypes. test_golden.py has the values.

Latency and accuracy that the papers give are not verified.
"""

import pytest
import torch
from torch import nn

from hydranet_ros.errors import HydranetError
from hydranet_ros.networks.architectures import build_network
from hydranet_ros.networks.fast_nas_genotype import CellLayer
from hydranet_ros.networks.fast_nas_genotype import CellOperation
from hydranet_ros.networks.fast_nas_genotype import FastNasGenotype
from hydranet_ros.networks.fast_nas_genotype import PUBLISHED as FAST_NAS
from hydranet_ros.networks.options import NetworkOptions
from hydranet_ros.networks.options import Upsampling
from hydranet_ros.networks.output_stride import output_stride
from hydranet_ros.networks.searched_blocks import SeparableConv
from hydranet_ros.networks.template_nas_genotype import PUBLISHED as TEMPLATE_NAS
from hydranet_ros.networks.template_nas_genotype import TemplateNasGenotype
from test.networks.test_architectures import multiply_adds
from test.networks.test_architectures import parameters

SIZES = [(93, 61), (33, 33), (64, 96), (34, 131)]
ALL = [('fast_nas', name) for name in FAST_NAS] + [('template_nas', name) for name in TEMPLATE_NAS]
# every operation once, every aggregation, rows that shrink and rows that enlarge
EVERY_CELL = '[[10, [0, 1, 0, 1], [4, 1, 3, 4], [2, 5, 6, 7], [8, 9, 9, 2]], [[0, 3], [1, 2]]]'
EVERY_TEMPLATE = (
    '[[[0, 2, 0], [5, 1, 1], [3, 4, 0]],'
    ' [[0, 1, 1, 0, 1], [1, 0, 0, 1, 0], [2, 3, 2, 2, 0], [4, 0, 1, 3, 0]]]'
)


def on_meta(architecture: str, genotype: str, classes: int = 19, **heads: int) -> nn.Module:
    with torch.device('meta'):
        wanted = heads or {'semantic': classes}
        return build_network(architecture, wanted, NetworkOptions(genotype=genotype)).eval()


@pytest.mark.parametrize(
    ('genotype', 'voc', 'depth', 'stride', 'multiply_adds_g'),
    [
        ('arch0', 2_629_909, 2_618_369, 4, 4.42),
        ('arch1', 2_810_133, 2_798_593, 8, 2.93),
        ('arch2', 2_853_141, 2_841_601, 8, 3.48),
    ],
)
def test_networks_of_auxiliary_cells_are_as_large_as_the_official(
    genotype: str, voc: int, depth: int, stride: int, multiply_adds_g: float
) -> None:
    network = on_meta('fast_nas', genotype, 21)
    assert parameters(network) == voc
    assert parameters(on_meta('fast_nas', genotype, depth=1)) == depth
    assert network.genotype.stride == stride
    with torch.device('meta'):
        network.add_auxiliary(cell=False)  # whose products the notes on the official ones count
    deployed = multiply_adds(network) / 1e9
    network.training = True  # of it alone: batch norms take no single value in training
    found = multiply_adds(network) / 1e9
    print(f'fast_nas {genotype}: {found:.3f} G, deployed {deployed:.3f} G')
    assert found == pytest.approx(multiply_adds_g, abs=0.005)


@pytest.mark.parametrize(
    ('genotype', 'classes_19', 'classes_11', 'large_g', 'small_g'),
    [('arch0', 280_147, 275_531, 13.72, 1.13), ('arch1', 268_235, 263_619, 18.72, 1.54)],
)
def test_networks_of_templates_are_as_large_as_the_official(
    genotype: str, classes_19: int, classes_11: int, large_g: float, small_g: float
) -> None:
    network = on_meta('template_nas', genotype, 19)
    assert parameters(network) == classes_19
    assert parameters(on_meta('template_nas', genotype, 11)) == classes_11
    found = [multiply_adds(network, *size) / 1e9 for size in ((1024, 2048), (360, 480))]
    print(f'template_nas {genotype}: {found}')
    assert found == pytest.approx([large_g, small_g], abs=0.005)


def test_encoders_are_as_large_as_the_official() -> None:
    assert parameters(on_meta('fast_nas', 'arch0').encoder) == 1_812_800
    assert parameters(on_meta('template_nas', 'arch0').encoder) == 56_576


TRACES = {  # of each repetition, at 512x1024: channels, height, width
    'arch0': [
        [(64, 16, 32)],
        [(64, 16, 32)] * 2,
        [(64, 16, 32)] * 2,
        [(32, 64, 128)],
        [(64, 128, 256)],
        [(64, 64, 128)] * 2,
        [(32, 128, 256)] * 2,
    ],
    'arch1': [
        [(32, 64, 128)],
        [(64, 32, 64), (64, 16, 32)],
        [(64, 16, 32)] * 4,
        [(64, 128, 256)] * 3,
        [(32, 128, 256)],
        [(32, 64, 128)] * 4,
        [(64, 128, 256)] * 3,
    ],
}


@pytest.mark.parametrize('genotype', TRACES)
def test_each_template_gives_the_sizes_of_the_official(genotype: str) -> None:
    network = on_meta('template_nas', genotype)
    found: list[list[tuple]] = []
    for layer in network.decoder.layers:
        rows: list[tuple] = []
        found.append(rows)
        for repetition in layer.repetitions:
            repetition.register_forward_hook(lambda *a, r=rows: r.append(tuple(a[2].shape[1:])))
    network(torch.empty(1, 3, 512, 1024, device='meta'))
    assert found == TRACES[genotype]


@pytest.mark.parametrize('size', SIZES)
@pytest.mark.parametrize(
    ('architecture', 'genotype'),
    [*ALL, ('fast_nas', EVERY_CELL), ('template_nas', EVERY_TEMPLATE)],
)
def test_maps_are_as_large_as_the_stride_says(
    architecture: str, genotype: str, size: tuple[int, int]
) -> None:
    network = on_meta(architecture, genotype, semantic=3, depth=1)
    stride = output_stride(architecture, NetworkOptions(genotype=genotype))
    outputs = network(torch.empty(2, 3, *size, device='meta'))
    map_size = tuple(-(-side // stride) for side in size)
    assert outputs['semantic'].shape == (2, 3, *map_size)
    assert outputs['depth'].shape == (2, 1, *map_size)


def test_heads_upsample_from_the_stride_of_the_genotype() -> None:
    for upsample in (Upsampling.TRANSPOSED, Upsampling.GLOBAL):
        options = NetworkOptions(genotype='arch1', upsample=upsample, largest=(100, 140))
        with torch.device('meta'):
            network = build_network('fast_nas', {'semantic': 3}, options).eval()
        outputs = network(torch.empty(1, 3, 93, 61, device='meta'))
        assert outputs['semantic'].shape == (1, 3, 93, 61)


def test_a_cell_is_unrolled_as_in_the_figure() -> None:
    genotype = FastNasGenotype.read('arch0')
    assert genotype.loose_ends == [1, 4, 7, 10]
    assert FastNasGenotype.read('arch1').loose_ends == [4, 7, 10]
    assert genotype.collected == [0, 1, 2]
    assert FastNasGenotype.read('arch2').collected == [1, 2]
    assert TemplateNasGenotype.read('arch0').collected == [4, 6, 7, 8]
    assert TemplateNasGenotype.read('arch1').collected == [5, 6, 7, 8]


@pytest.mark.parametrize('cell', [True, False])
def test_auxiliary_classifiers_answer_in_training_alone(cell: bool) -> None:
    network = build_network(
        'fast_nas', {'semantic': 4, 'depth': 1}, NetworkOptions(genotype='arch1')
    )
    before = parameters(network)
    network.add_auxiliary(cell=cell)
    own = parameters(network.decoder.blocks[0].cells[0]) if cell else 0
    heads = (4 + 1) * (64 * 9 + 1)
    assert parameters(network) == before + 3 * (own + heads)
    image = torch.zeros(2, 3, 64, 64)
    outputs = network.train()(image)
    strides = {'0': 16, '1': 8, '2': 16}
    for number, stride in strides.items():
        assert outputs[f'semantic_auxiliary{number}'].shape == (2, 4, 64 // stride, 64 // stride)
        assert outputs[f'depth_auxiliary{number}'].shape == (2, 1, 64 // stride, 64 // stride)
    assert len(outputs) == 8
    assert list(network.eval()(image)) == ['semantic', 'depth']


@pytest.mark.parametrize(('kernel', 'dilation'), [(3, 1), (3, 3), (5, 6)])
def test_separable_convolutions_learn_in_bf16_as_in_float32(kernel: int, dilation: int) -> None:
    torch.manual_seed(0)
    layer = SeparableConv(32, 32, kernel, dilation=dilation)
    image, weights = torch.randn(2, 32, 44, 60), torch.randn(2, 32, 44, 60)

    def gradient(layout: torch.memory_format, *, bf16: bool) -> torch.Tensor:
        layer.zero_grad()
        layer.to(memory_format=layout)
        with torch.autocast('cpu', torch.bfloat16, enabled=bf16):
            y = layer(image.contiguous(memory_format=layout))
        (y.float() * weights).sum().backward()
        return layer[0].depthwise.weight.grad.clone()

    expected = gradient(torch.contiguous_format, bf16=False)
    for layout in (torch.contiguous_format, torch.channels_last):
        found = gradient(layout, bf16=True)
        assert (found - expected).abs().max() <= 0.1 * expected.abs().max()


def test_genotypes_survive_being_written() -> None:
    for kind, names in ((FastNasGenotype, FAST_NAS), (TemplateNasGenotype, TEMPLATE_NAS)):
        for name, text in names.items():
            read = kind.read(name)
            assert read.text == text
            assert kind.read(text) == read
    assert FastNasGenotype.read(EVERY_CELL).text == EVERY_CELL


WRONG = [
    ('fast_nas', 'arch3', "'arch3' is neither a published name nor lists of numbers"),
    ('fast_nas', '[' * 9999, 'is neither a published name nor lists'),
    ('fast_nas', '[[1]]', 'at its top: there must be a list of 2'),
    ('fast_nas', '[[], [[0, 0]]]', 'at the cell: there must be a list of at least 1'),
    (
        'fast_nas',
        '[[11], [[0, 0]]]',
        'at the first operation of the cell: .* from 0 to 10, not 11',
    ),
    (
        'fast_nas',
        '[[1, [0, 0, 0]], [[0, 0]]]',
        'at layer 1 of the cell: there must be a list of 4',
    ),
    (
        'fast_nas',
        '[[1, [0, 2, 0, 0]], [[0, 0]]]',
        'at layer 1 of the cell, input 2: .* 0 to 1, not 2',
    ),
    ('fast_nas', '[[1, [0, 0, 0, -1]], [[0, 0]]]', 'layer 1 of the cell, operation 2: .*not -1'),
    ('fast_nas', '[[1, [0, true, 0, 1]], [[0, 0]]]', 'input 2: .*not True'),
    ('fast_nas', '[[1], [[0, 3], [3, 5]]]', 'at block 1, input 2: .* from 0 to 4, not 5'),
    ('fast_nas', '[[1], [[0, 3, 1]]]', 'at block 0: there must be a list of 2'),
    ('fast_nas', '[[1], {"0": 1}]', 'at the connections: there must be a list'),
    ('fast_nas', '[[10, [1, 0, 0, 10]], [[0, 3]]]', 'the cell: nothing of its input reaches'),
    ('template_nas', 'arch2', "'arch2' is neither"),
    ('template_nas', '[[], [[0, 0, 0, 0, 0]]]', 'at the templates: there must be a list of at'),
    ('template_nas', '[[[6, 0, 0]], [[0, 0, 0, 0, 0]]]', 'template 0, operation 1: .* 5, not 6'),
    ('template_nas', '[[[1, 0, 2]], [[0, 0, 0, 0, 0]]]', 'template 0, aggregation: .* 1, not 2'),
    ('template_nas', '[[[1, 0, 1]], [[0, 2, 0, 0, 0]]]', 'layer 0, input 2: .* to 1, not 2'),
    ('template_nas', '[[[1, 0, 1]], [[0, 1, 1, 0, 0]]]', 'layer 0, template: .* 0, not 1'),
    ('template_nas', '[[[1, 0, 1]], [[0, 1, 0, 4, 0]]]', 'layer 0, repeat: .* 0 to 3, not 4'),
    ('template_nas', '[[[1, 0, 1]], [[0, 1, 0, 0, 2]]]', 'layer 0, stride: .* 0 to 1, not 2'),
    ('template_nas', '[[[1, 0, 1]], [[0, 1, 0, 0]]]', 'at layer 0: there must be a list of 5'),
]


@pytest.mark.parametrize(('architecture', 'genotype', 'message'), WRONG)
def test_wrong_genotypes_are_told_with_the_place(
    architecture: str, genotype: str, message: str
) -> None:
    with pytest.raises(HydranetError, match=message):
        on_meta(architecture, genotype)


def test_a_genotype_of_one_s_own_is_held_to_the_same() -> None:
    layer = CellLayer((0, 2), (CellOperation.SKIP, CellOperation.NONE))
    with pytest.raises(HydranetError, match='layer 1 of the cell, input 2'):
        FastNasGenotype(CellOperation.SKIP, (layer,), ((0, 0),))


def test_a_missing_genotype_is_told() -> None:
    for architecture in ('fast_nas', 'template_nas'):
        with pytest.raises(
            HydranetError, match=f'{architecture} needs the option genotype: arch0'
        ):
            build_network(architecture, {'semantic': 2})
    with pytest.raises(HydranetError, match='multitask_refinenet has no option genotype'):
        build_network('multitask_refinenet', {'semantic': 2}, NetworkOptions(genotype='arch0'))
