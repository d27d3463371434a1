# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The compact network of fast architecture search (Nekrasov et al., CVPR 2019, arXiv 1810.10804).

The search found its decoder: the design of its cells, and how they are connected.
"""

from collections.abc import Mapping
from typing import Any

from torch import nn
from torch import Tensor

from hydranet_ros.networks.fast_nas_decoder import ContextualCell
from hydranet_ros.networks.fast_nas_decoder import MicroDecoder
from hydranet_ros.networks.fast_nas_genotype import FastNasGenotype
from hydranet_ros.networks.heads import AUXILIARY_SUFFIX
from hydranet_ros.networks.heads import make_heads
from hydranet_ros.networks.heads import predict
from hydranet_ros.networks.mobilenet_v2 import MobileNetV2

CHANNELS = (24, 32, 96, 320)  # of the encoder's maps that the decoder reads, at 1/4 to 1/32


class AuxiliaryClassifier(nn.Module):
    """The tasks' heads on one block of the decoder, after a cell of their own or none."""

    def __init__(self, heads: Mapping[str, int], width: int, cell: nn.Module) -> None:
        super().__init__()
        self.cell = cell
        self.heads = make_heads(heads, width)

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        x = self.cell(x)
        return {task: head(x) for task, head in self.heads.items()}


class FastNas(nn.Module):
    """Predict one dense map per task at the genotype's stride.

    Arguments: `heads`, the output channels of each task in order. `width`: the decoder's channels.
    `repeats`: of separable convolutions. While it searches the paper has 48 channels and one
    repeat.
    Input: RGB float32 [N, 3, H, W], (image / 255 - mean) / std.
    Output: a dict of task to raw float32 [N, channels, ceil(H / stride), ceil(W / stride)]: class
    logits, metres. In training, auxiliary classifiers where there are any give theirs too, under
    the task, `_auxiliary` and the number of the block, at the block's stride.
    """

    def __init__(
        self,
        heads: Mapping[str, int],
        genotype: FastNasGenotype,
        *,
        width: int = 64,
        repeats: int = 2,
    ) -> None:
        super().__init__()
        self.genotype = genotype
        self.width = width
        self.repeats = repeats
        self.encoder = MobileNetV2()
        self.decoder = MicroDecoder(CHANNELS, genotype, width, repeats)
        self.heads = make_heads(heads, width)
        self.auxiliary = nn.ModuleList()

    def add_auxiliary(self, *, cell: bool) -> None:
        """Add a classifier to each block, for training; `cell`: with a cell of its own."""
        tasks: Any = self.heads
        heads = {task: head.out.out_channels for task, head in tasks.items()}
        for _ in self.genotype.connections:
            own = ContextualCell(self.genotype, self.width, self.repeats) if cell else None
            self.auxiliary.append(AuxiliaryClassifier(heads, self.width, own or nn.Identity()))

    def forward(self, image: Tensor) -> dict[str, Tensor]:
        _, block0, block1, _, block2, _, block3 = self.encoder(image)
        x, blocks = self.decoder([block0, block1, block2, block3])
        outputs = predict(self.heads, x, image.shape[2:])
        if self.training:
            for m, auxiliary in enumerate(self.auxiliary):
                told = auxiliary(blocks[m])
                outputs |= {f'{task}{AUXILIARY_SUFFIX}{m}': y for task, y in told.items()}
        return outputs
