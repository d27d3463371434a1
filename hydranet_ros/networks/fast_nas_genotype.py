# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The genotype of the network of auxiliary cells (Nekrasov et al., CVPR 2019, arXiv 1810.10804).

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
from hydranet_ros.networks.genotype_numbers import refuse

ENCODER_STRIDES = (4, 8, 16, 32)
Pair = tuple[int, int]


class CellOperation(str, Enum):
    """What a cell may do to a feature, in the order of the numbers in genotypes."""

    CONV_1X1 = 'conv1x1'
    CONV_3X3 = 'conv3x3'
    SEPARABLE_3X3 = 'sep_conv_3x3'
    SEPARABLE_5X5 = 'sep_conv_5x5'
    GLOBAL_POOLING = 'global_average_pool'
    CONV_3X3_DILATED_3 = 'conv3x3_dil3'
    CONV_3X3_DILATED_12 = 'conv3x3_dil12'
    SEPARABLE_3X3_DILATED_3 = 'sep_conv_3x3_dil3'
    SEPARABLE_5X5_DILATED_6 = 'sep_conv_5x5_dil6'
    SKIP = 'skip_connect'
    NONE = 'none'


@dataclass(frozen=True)
class CellLayer:
    """Two operations, each on one of the cell's features so far; their sum is the next feature."""

    inputs: Pair
    operations: tuple[CellOperation, CellOperation]


@dataclass(frozen=True)
class FastNasGenotype:
    """One design for every cell, and the two inputs of each decoder block.

    The features of a cell are its input (0), what `first` makes of it (1), then three of each
    layer: what each operation gives, and their sum. The nodes of the decoder are the encoder's
    maps (0 to 3, finest first), then its blocks. HydranetError for what is not there yet, and for
    a cell whose output does not depend on its input: whoever samples genotypes meets such ones.
    """

    first: CellOperation
    layers: tuple[CellLayer, ...]
    connections: tuple[Pair, ...]

    def __post_init__(self) -> None:
        for k, layer in enumerate(self.layers):
            for i, position in enumerate(layer.inputs):
                index(position, f'layer {k + 1} of the cell, input {i + 1}', 2 + 3 * k)
        for m, pair in enumerate(items(self.connections, 'the connections')):
            for i, node in enumerate(items(pair, f'block {m}', 2)):
                index(node, f'block {m}, input {i + 1}', len(ENCODER_STRIDES) + m)
        if not self._sees():
            refuse('the cell', 'nothing of its input reaches its output')

    @property
    def loose_ends(self) -> list[int]:
        """The features of a cell that sum up to its output: sums that no layer reads."""
        ends = [1]
        for k, layer in enumerate(self.layers):
            ends = [end for end in ends if end not in layer.inputs] + [3 * k + 4]
        return ends

    @property
    def collected(self) -> list[int]:
        """The decoder blocks that no other reads, by their number from 0."""
        read = {node for pair in self.connections for node in pair}
        count = len(ENCODER_STRIDES)
        return [m for m in range(len(self.connections)) if count + m not in read]

    @property
    def strides(self) -> list[int]:
        """The stride of each node's map; a block has that of its finer input."""
        strides = list(ENCODER_STRIDES)
        for one, other in self.connections:
            strides.append(min(strides[one], strides[other]))
        return strides

    @property
    def stride(self) -> int:
        """The stride of the output: that of the finest collected block."""
        return min(self.strides[len(ENCODER_STRIDES) + block] for block in self.collected)

    @property
    def pools_globally(self) -> bool:
        """Whether any operation averages over the image."""
        operations = [one for layer in self.layers for one in layer.operations]
        return CellOperation.GLOBAL_POOLING in (self.first, *operations)

    def _sees(self) -> bool:
        """Tell whether the output of a cell depends on its input."""
        sees = [True, self.first is not CellOperation.NONE]
        for layer in self.layers:
            pairs = zip(layer.inputs, layer.operations, strict=True)
            own = [sees[i] and operation is not CellOperation.NONE for i, operation in pairs]
            sees += [*own, any(own)]
        return any(sees[end] for end in self.loose_ends)

    @property
    def text(self) -> str:
        """The genotype as `read` reads it."""
        layers = [[*layer.inputs, *map(number, layer.operations)] for layer in self.layers]
        connections = [list(pair) for pair in self.connections]
        return json.dumps([[number(self.first), *layers], connections])

    @classmethod
    def read(cls, text: str) -> FastNasGenotype:
        """Read a published name, or the numbers as text; HydranetError where it is neither."""
        return cls.of(parse(PUBLISHED.get(text, text)))

    @classmethod
    def of(cls, numbers: Any) -> FastNasGenotype:
        """Read [[op, [position, position, op, op], ...], [[node, node], ...]]."""
        cell, connections = items(numbers, 'its top', 2)
        first, *rows = items(cell, 'the cell')
        layers = []
        for k, row in enumerate(rows, 1):
            one, other, *operations = items(row, f'layer {k} of the cell', 4)
            a, b = (
                choice(CellOperation, value, f'layer {k} of the cell, operation {i}')
                for i, value in enumerate(operations, 1)
            )
            layers.append(CellLayer((one, other), (a, b)))
        pairs = items(connections, 'the connections')
        return cls(
            choice(CellOperation, first, 'the first operation of the cell'),
            tuple(layers),
            tuple(tuple(items(pair, f'block {m}', 2)) for m, pair in enumerate(pairs)),
        )


PUBLISHED = {
    'arch0': '[[8, [0, 0, 5, 2], [0, 2, 8, 8], [0, 5, 1, 4]], [[3, 3], [3, 2], [3, 0]]]',
    'arch1': '[[2, [1, 0, 3, 6], [0, 1, 2, 8], [2, 0, 6, 1]], [[2, 3], [3, 1], [4, 4]]]',
    'arch2': '[[5, [0, 0, 4, 1], [3, 2, 0, 1], [5, 6, 5, 0]], [[1, 3], [4, 3], [2, 2]]]',
}
