# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The searched decoder of the network of auxiliary cells (Nekrasov et al., CVPR 2019)."""

from collections.abc import Sequence
from functools import reduce
from operator import add

from torch import nn
from torch import Tensor
import torch.nn.functional as F

from hydranet_ros.networks.fast_nas_genotype import ENCODER_STRIDES
from hydranet_ros.networks.fast_nas_genotype import FastNasGenotype
from hydranet_ros.networks.fast_nas_operations import make_cell_operation
from hydranet_ros.networks.searched_blocks import concatenate
from hydranet_ros.networks.searched_blocks import conv_bn_relu
from hydranet_ros.networks.searched_blocks import enlarge


class ContextualCell(nn.Module):
    """The searched cell: channels and size stay."""

    def __init__(self, genotype: FastNasGenotype, channels: int, repeats: int) -> None:
        super().__init__()
        self.genotype = genotype
        self.first = make_cell_operation(genotype.first, channels, repeats)
        self.layers = nn.ModuleList(
            nn.ModuleList(make_cell_operation(one, channels, repeats) for one in layer.operations)
            for layer in genotype.layers
        )

    def forward(self, x: Tensor) -> Tensor:
        features = [x, self.first(x)]
        for layer, operations in zip(self.genotype.layers, self.layers, strict=True):
            one, other = (
                operation(features[position])
                for operation, position in zip(operations.children(), layer.inputs, strict=True)
            )
            features += [one, other, one + other]
        return reduce(add, [features[end] for end in self.genotype.loose_ends])


class DecoderBlock(nn.Module):
    """Join two nodes: a cell and a 1x1 convolution on each, the coarser one enlarged, the sum."""

    def __init__(
        self, genotype: FastNasGenotype, channels: int, repeats: int, strides: tuple[int, int]
    ) -> None:
        super().__init__()
        self.strides = strides
        self.cells = nn.ModuleList(ContextualCell(genotype, channels, repeats) for _ in range(2))
        self.branches = nn.ModuleList(conv_bn_relu(channels, channels) for _ in range(2))

    def forward(self, one: Tensor, other: Tensor) -> Tensor:
        one = self.branches[0](self.cells[0](one))
        other = self.branches[1](self.cells[1](other))
        return add(*enlarge(one, other, self.strides))


class MicroDecoder(nn.Module):
    """From the encoder's four maps to one of `width` channels at the genotype's stride.

    channels: of the encoder's maps, finest first. Gives that map, and what every block gives.
    """

    def __init__(
        self, channels: Sequence[int], genotype: FastNasGenotype, width: int, repeats: int
    ) -> None:
        super().__init__()
        self.genotype = genotype
        strides = genotype.strides
        self.adapt = nn.ModuleList(conv_bn_relu(count, width) for count in channels)
        self.blocks = nn.ModuleList(
            DecoderBlock(genotype, width, repeats, (strides[i], strides[j]))
            for i, j in genotype.connections
        )
        self.merge = conv_bn_relu(width * len(genotype.collected), width)

    def forward(self, features: Sequence[Tensor]) -> tuple[Tensor, list[Tensor]]:
        nodes = [adapt(x) for adapt, x in zip(self.adapt, features, strict=True)]
        for (i, j), block in zip(self.genotype.connections, self.blocks, strict=True):
            nodes.append(block(nodes[i], nodes[j]))
        blocks = nodes[len(ENCODER_STRIDES) :]
        strides = self.genotype.strides[len(ENCODER_STRIDES) :]
        collected = self.genotype.collected
        ends = concatenate([blocks[i] for i in collected], [strides[i] for i in collected])
        return self.merge(F.relu(ends)), blocks
