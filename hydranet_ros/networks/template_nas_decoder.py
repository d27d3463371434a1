# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The searched decoder of the network of templates (Nekrasov et al., WACV 2020)."""

from collections.abc import Sequence

from torch import nn
from torch import Tensor
import torch.nn.functional as F

from hydranet_ros.networks.searched_blocks import concatenate
from hydranet_ros.networks.searched_blocks import conv_bn_relu
from hydranet_ros.networks.template_nas_genotype import TemplateNasGenotype
from hydranet_ros.networks.template_nas_operations import Join
from hydranet_ros.networks.template_nas_operations import make_template_operation


class Repetition(nn.Module):
    """A template once: an operation on each input, and their join."""

    def __init__(self, first: nn.Module, second: nn.Module, join: nn.Module) -> None:
        super().__init__()
        self.first = first
        self.second = second
        self.join = join

    def forward(self, one: Tensor, other: Tensor) -> Tensor:
        return self.join(self.first(one), self.second(other))


class TemplateLayers(nn.Module):
    """A template repeated: each repetition reads the second input and the result before it."""

    def __init__(self, repetitions: Sequence[nn.Module]) -> None:
        super().__init__()
        self.repetitions = nn.ModuleList(repetitions)

    def forward(self, one: Tensor, other: Tensor) -> Tensor:
        for repetition in self.repetitions:
            one, other = other, repetition(one, other)
        return other


class TemplateDecoder(nn.Module):
    """From the encoder's two maps to one of `width` channels at the genotype's stride.

    channels: of the encoder's maps, finest first.
    """

    def __init__(
        self, channels: Sequence[int], genotype: TemplateNasGenotype, width: int, repeats: int
    ) -> None:
        super().__init__()
        self.genotype = genotype
        counts, self.strides = list(channels), genotype.strides(repeats)
        layers = []
        for m in range(len(genotype.layers)):
            layer, count = _layer(genotype, m, counts, self.strides, repeats)
            layers.append(layer)
            counts.append(count)
        self.layers = nn.ModuleList(layers)
        self.merge = conv_bn_relu(sum(counts[i] for i in genotype.collected), width)

    def forward(self, features: Sequence[Tensor]) -> Tensor:
        features = list(features)
        for shape, layer in zip(self.genotype.layers, self.layers, strict=True):
            one, other = shape.inputs
            features.append(layer(features[one], features[other]))
        collected = self.genotype.collected
        ends = concatenate([features[i] for i in collected], [self.strides[i] for i in collected])
        return self.merge(F.relu(ends))


def _layer(
    genotype: TemplateNasGenotype, m: int, counts: list[int], strides: list[int], repeats: int
) -> tuple[TemplateLayers, int]:
    """Make layer `m` on features of these channels and strides; tell its own channels."""
    shape = genotype.layers[m]
    template = genotype.templates[shape.template]
    inside = [counts[i] for i in shape.inputs]
    at = strides[shape.inputs[0]], strides[shape.inputs[1]]
    repetitions = []
    for k, joined in enumerate(genotype.strides_of(m, at, repeats)):
        outside = [count * shape.stride for count in inside] if k == 0 else inside
        first, second = (
            make_template_operation(operation, count, out, shape.stride, repeats)
            for operation, count, out in zip(template.operations, inside, outside, strict=True)
        )
        join = Join(
            template.aggregation,
            outside,
            genotype.operation_strides(m, at, repeats),
            enlarges=genotype.enlarges(m),
        )
        repetitions.append(Repetition(first, second, join))
        inside, at = [inside[1], max(outside)], (at[1], joined)
    return TemplateLayers(repetitions), max(outside)
