# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The genotype of the network of templates (Nekrasov et al., WACV 2020, arXiv 1904.02365).

Needs no torch.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
import json
from typing import Any

from hydranet_ros.networks.genotype_numbers import choice
from hydranet_ros.networks.genotype_numbers import index
from hydranet_ros.networks.genotype_numbers import items
from hydranet_ros.networks.genotype_numbers import number
from hydranet_ros.networks.genotype_numbers import parse

ENCODER_STRIDES = (4, 8)
REPEATS = 2  # of a separable convolution within an operation, in the final networks
MOST_REPETITIONS = 4
_STRIDES = (1, 2)


class TemplateOperation(str, Enum):
    """What a template may do to a feature, in the order of the numbers in genotypes."""

    SEPARABLE_3X3 = 'sep_conv_3x3'
    SEPARABLE_5X5 = 'sep_conv_5x5'
    GLOBAL_POOLING = 'global_average_pool'
    MAX_POOLING = 'max_pool_3x3'
    SEPARABLE_5X5_DILATED_6 = 'sep_conv_5x5_dil6'
    SKIP = 'skip_connect'

    def stride(self, stride: int, repeats: int) -> int:
        """Return by how much the operation shrinks its input: some repeat, some ignore it."""
        if self in (TemplateOperation.GLOBAL_POOLING, TemplateOperation.SKIP):
            return 1
        return stride if self is TemplateOperation.MAX_POOLING else stride**repeats


class Aggregation(str, Enum):
    """How a template joins its two operations, in the order of the numbers in genotypes."""

    WEIGHTED_SUM = 'psum'
    CONCATENATION = 'cat'


@dataclass(frozen=True)
class Template:
    """Two operations and how they are joined."""

    operations: tuple[TemplateOperation, TemplateOperation]
    aggregation: Aggregation


@dataclass(frozen=True)
class TemplateLayer:
    """A template on two of the features so far, repeated, each repetition with the stride."""

    inputs: tuple[int, int]
    template: int
    repetitions: int = 1
    stride: int = 1


@dataclass(frozen=True)
class TemplateNasGenotype:
    """The templates, and the layers that they are put together by.

    The features are the encoder's two maps (0 and 1, finest first), then one of each layer. The
    first half of the layers shrinks to the smaller of its operations' results, the second half
    enlarges to the larger one. HydranetError for what is not there yet.
    """

    templates: tuple[Template, ...]
    layers: tuple[TemplateLayer, ...]

    def __post_init__(self) -> None:
        items(self.templates, 'the templates')
        for m, layer in enumerate(items(self.layers, 'the layers')):
            for i, position in enumerate(layer.inputs):
                index(position, f'layer {m}, input {i + 1}', len(ENCODER_STRIDES) + m)
            index(layer.template, f'layer {m}, template', len(self.templates))
            index(layer.repetitions - 1, f'layer {m}, repetition', MOST_REPETITIONS)
            index(layer.stride - 1, f'layer {m}, stride', len(_STRIDES))

    def enlarges(self, layer: int) -> bool:
        """Tell whether a layer joins at the larger of its operations' sizes."""
        return layer >= len(self.layers) // 2

    def strides_of(self, layer: int, inputs: tuple[int, int], repeats: int) -> list[int]:
        """Return the strides of a layer's repetitions, for inputs of the strides `inputs`."""
        strides = []
        for _ in range(self.layers[layer].repetitions):
            results = self.operation_strides(layer, inputs, repeats)
            strides.append(min(results) if self.enlarges(layer) else max(results))
            inputs = (inputs[1], strides[-1])
        return strides

    def operation_strides(
        self, layer: int, inputs: tuple[int, int], repeats: int
    ) -> tuple[int, int]:
        """Return the strides of what a layer's two operations give for `inputs`."""
        shape = self.layers[layer]
        first, second = self.templates[shape.template].operations
        return (
            inputs[0] * first.stride(shape.stride, repeats),
            inputs[1] * second.stride(shape.stride, repeats),
        )

    def strides(self, repeats: int = REPEATS) -> list[int]:
        """Return the stride of each feature's map."""
        strides = list(ENCODER_STRIDES)
        for m, layer in enumerate(self.layers):
            one, other = layer.inputs
            strides.append(self.strides_of(m, (strides[one], strides[other]), repeats)[-1])
        return strides

    @property
    def collected(self) -> list[int]:
        """The features of layers that no other layer reads."""
        read = {position for layer in self.layers for position in layer.inputs}
        count = len(ENCODER_STRIDES)
        return [i for i in range(count, count + len(self.layers)) if i not in read]

    @property
    def stride(self) -> int:
        """The stride of a final network's output: that of the finest collected feature."""
        strides = self.strides()
        return min(strides[i] for i in self.collected)

    @property
    def pools_globally(self) -> bool:
        """Whether an operation of a template that is used averages over the image."""
        used = [self.templates[layer.template] for layer in self.layers]
        return any(TemplateOperation.GLOBAL_POOLING in one.operations for one in used)

    @property
    def text(self) -> str:
        """The genotype as `read` reads it."""
        templates = [
            [*map(number, template.operations), number(template.aggregation)]
            for template in self.templates
        ]
        layers = [
            [*layer.inputs, layer.template, layer.repetitions - 1, _STRIDES.index(layer.stride)]
            for layer in self.layers
        ]
        return json.dumps([templates, layers])

    @classmethod
    def read(cls, text: str) -> TemplateNasGenotype:
        """Read a published name, or the numbers as text; HydranetError where it is neither."""
        return cls.of(parse(PUBLISHED.get(text, text)))

    @classmethod
    def of(cls, numbers: Any) -> TemplateNasGenotype:
        """Read [[[op, op, join], ...], [[position, position, template, repeat, stride], ...]].

        repeat counts from 0, and stride is an exponent of 2, as the controller emits them.
        """
        templates, layers = items(numbers, 'its top', 2)
        return cls(
            tuple(_template(row, t) for t, row in enumerate(items(templates, 'the templates'))),
            tuple(_layer(row, m) for m, row in enumerate(items(layers, 'the layers'))),
        )


def _template(row: Any, t: int) -> Template:
    first, second, join = items(row, f'template {t}', 3)
    a, b = (
        choice(TemplateOperation, value, f'template {t}, operation {i}')
        for i, value in ((1, first), (2, second))
    )
    return Template((a, b), choice(Aggregation, join, f'template {t}, aggregation'))


def _layer(row: Any, m: int) -> TemplateLayer:
    one, other, template, repeat, exponent = items(row, f'layer {m}', 5)
    repetitions = index(repeat, f'layer {m}, repeat', MOST_REPETITIONS) + 1
    stride = _STRIDES[index(exponent, f'layer {m}, stride', len(_STRIDES))]
    return TemplateLayer((one, other), template, repetitions, stride)


PUBLISHED = {
    'arch0': '[[[3, 0, 1], [4, 1, 1], [3, 1, 1]], '
    '[[0, 1, 0, 0, 1], [2, 1, 2, 1, 0], [3, 1, 1, 1, 0], [1, 1, 2, 0, 0], [3, 0, 2, 0, 0], '
    '[5, 3, 2, 1, 0], [0, 5, 0, 1, 0]]]',
    'arch1': '[[[1, 1, 0], [1, 3, 0], [3, 4, 0]], '
    '[[1, 1, 0, 0, 0], [0, 1, 1, 1, 1], [3, 1, 2, 3, 0], [3, 0, 2, 2, 0], [0, 1, 2, 0, 0], '
    '[2, 1, 1, 3, 0], [4, 0, 2, 2, 0]]]',
}
