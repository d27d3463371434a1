# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The architectures by name, and how to build one."""

from collections.abc import Callable
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from torch import nn

from hydranet_ros.errors import HydranetError
from hydranet_ros.networks import deeplab_largefov
from hydranet_ros.networks import fcn32s
from hydranet_ros.networks.fast_nas import FastNas
from hydranet_ros.networks.genotypes import canonical_options
from hydranet_ros.networks.genotypes import fast_nas_genotype
from hydranet_ros.networks.genotypes import template_nas_genotype
from hydranet_ros.networks.light_weight_refinenet import LightWeightRefineNet
from hydranet_ros.networks.multitask_refinenet import MultiTaskRefineNet
from hydranet_ros.networks.options import LEAST_LARGEST
from hydranet_ros.networks.options import NetworkOptions
from hydranet_ros.networks.output_stride import output_stride
from hydranet_ros.networks.resnet import CHANNELS
from hydranet_ros.networks.resnet import ResNet
from hydranet_ros.networks.template_nas import TemplateNas
from hydranet_ros.networks.timm_encoder import TimmEncoder
from hydranet_ros.networks.upsampling import add_upsampling

Heads = Mapping[str, int]
DEFAULT_ARCHITECTURE = 'multitask_refinenet'
_UPSAMPLING = frozenset({'upsample', 'largest', 'matrices'})


@dataclass(frozen=True)
class Architecture:
    """How to make a network, and which options it has.

    coarse: from pixels along one side of the image and the stride of the heads' maps to the side
    of these.
    """

    make: Callable[[Heads, NetworkOptions], nn.Module]
    coarse: Callable[[int, int], int] = lambda pixels, stride: -(-pixels // stride)
    options: frozenset[str] = _UPSAMPLING


def build_network(
    architecture: str, heads: Heads, options: NetworkOptions | None = None
) -> nn.Module:
    """Build the network with random weights.

    heads: the output channels of each task in order. The network says of itself what it is:
    `architecture` and `options`. HydranetError for a name or an option that there is not.
    """
    options = options or NetworkOptions()
    known = ARCHITECTURES.get(architecture)
    if known is None:
        raise HydranetError(
            f'There is no architecture {architecture}; known: {", ".join(ARCHITECTURES)}.'
        )
    if foreign := sorted(options.chosen().keys() - known.options):
        has = ', '.join(sorted(known.options))
        raise HydranetError(f'{architecture} has no option {foreign[0]}; it has {has}.')
    if options.limit and min(options.limit) < LEAST_LARGEST:
        raise HydranetError(
            f'The option largest is {list(options.limit)}; an input of less than {LEAST_LARGEST} '
            'pixels a side leaves the network nothing to see.'
        )
    options = canonical_options(architecture, options)
    network: Any = known.make(heads, options)
    stride = output_stride(architecture, options)
    add_upsampling(
        network, options, stride=stride, coarse=lambda pixels: known.coarse(pixels, stride)
    )
    network.architecture, network.options = architecture, options
    return network


def _multitask(heads: Heads, options: NetworkOptions) -> nn.Module:
    return MultiTaskRefineNet(heads)


def _light_weight(heads: Heads, options: NetworkOptions) -> nn.Module:
    return MultiTaskRefineNet(heads, light_weight=True)


def _resnet(depth: int, heads: Heads, options: NetworkOptions) -> nn.Module:
    return LightWeightRefineNet(heads, ResNet(depth), CHANNELS, blocks=options.blocks)


def _timm(heads: Heads, options: NetworkOptions) -> nn.Module:
    if options.encoder is None:
        raise HydranetError(
            'The architecture light_weight_refinenet_timm needs the option encoder: the name of '
            'a timm model, for instance mnasnet_100.'
        )
    encoder = TimmEncoder(options.encoder)
    return LightWeightRefineNet(
        heads, encoder, encoder.channels, deepest=256, blocks=options.blocks
    )


def _deeplab(heads: Heads, options: NetworkOptions) -> nn.Module:
    return deeplab_largefov.DeepLabLargeFOV(heads)


def _fcn32s(heads: Heads, options: NetworkOptions) -> nn.Module:
    return fcn32s.FCN32s(heads)


def _fast_nas(heads: Heads, options: NetworkOptions) -> nn.Module:
    return FastNas(heads, fast_nas_genotype(options))


def _template_nas(heads: Heads, options: NetworkOptions) -> nn.Module:
    return TemplateNas(heads, template_nas_genotype(options))


_DECODER = _UPSAMPLING | {'blocks'}
ARCHITECTURES: dict[str, Architecture] = {
    DEFAULT_ARCHITECTURE: Architecture(_multitask),
    'light_weight_refinenet_mobilenet_v2': Architecture(_light_weight),
    **{
        f'light_weight_refinenet_resnet{depth}': Architecture(
            partial(_resnet, depth), options=_DECODER
        )
        for depth in (50, 101, 152)
    },
    'light_weight_refinenet_timm': Architecture(_timm, options=_DECODER | {'encoder'}),
    'deeplab_largefov': Architecture(
        _deeplab, lambda pixels, _: deeplab_largefov.coarse_side(pixels)
    ),
    'fcn32s': Architecture(_fcn32s),
    'fast_nas': Architecture(_fast_nas, options=_UPSAMPLING | {'genotype'}),
    'template_nas': Architecture(_template_nas, options=_UPSAMPLING | {'genotype'}),
}
