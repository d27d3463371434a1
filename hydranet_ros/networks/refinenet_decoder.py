# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The cascade of refinements that ends a RefineNet: from four maps of an encoder to one at 1/4."""

from collections.abc import Sequence

from torch import nn
from torch import Tensor
import torch.nn.functional as F

from hydranet_ros.networks.options import Blocks
from hydranet_ros.networks.refinenet_blocks import ChainedResidualPooling
from hydranet_ros.networks.refinenet_blocks import conv
from hydranet_ros.networks.refinenet_blocks import draw_convolutions
from hydranet_ros.networks.refinenet_blocks import ResidualConvUnits
from hydranet_ros.networks.refinenet_blocks import resize

WIDTH = 256
UNITS_BEFORE = 2  # residual units before the fusion and after the pooling, where there are any
UNITS_AFTER = 3


class Refinement(nn.Module):
    """Fuse one map of the encoder with the coarser result, pool, and hand on `out` channels.

    in_channels: of the encoder's map. width: inside. fuses: whether there is a coarser result.
    out: None for the last refinement, which hands on what it has.
    """

    def __init__(
        self, in_channels: int, width: int, out: int | None, *, fuses: bool, blocks: Blocks
    ) -> None:
        super().__init__()
        kernel = 3 if blocks is Blocks.ORIGINAL else 1
        has_units = blocks is not Blocks.LIGHT_WEIGHT

        def units(count: int) -> nn.Module:
            return ResidualConvUnits(width, count, kernel) if has_units else nn.Identity()

        self.lateral = conv(in_channels, width, kernel)
        self.before = units(UNITS_BEFORE)
        self.adapt = conv(width, width, kernel) if fuses else nn.Identity()
        self.crp = ChainedResidualPooling(width, kernel=kernel)
        self.after = units(UNITS_AFTER)
        self.merge = nn.Identity() if out is None else conv(width, out, kernel)

    def forward(self, feature: Tensor, coarser: Tensor | None) -> Tensor:
        x = self.adapt(self.before(self.lateral(feature)))
        if coarser is not None:
            x = x + resize(coarser, x, align_corners=True)
        return self.merge(self.after(self.crp(F.relu(x))))


class RefineNetDecoder(nn.Module):
    """Refine from the coarsest map to the finest; the result has WIDTH channels.

    channels: those of the encoder's maps, finest first. deepest: the width of the first
    refinement. In training the two coarsest maps are dropped out by halves.
    Sources: Light-Weight RefineNet (BMVC 2018); with the original blocks RefineNet (CVPR 2017).
    """

    def __init__(
        self,
        channels: Sequence[int],
        deepest: int = 512,
        blocks: Blocks = Blocks.LIGHT_WEIGHT,
    ) -> None:
        super().__init__()
        self.dropout = nn.Dropout(0.5)
        finest, *middle, coarsest = channels
        refinements = [Refinement(coarsest, deepest, WIDTH, fuses=False, blocks=blocks)]
        for in_channels in reversed(middle):
            refinements.append(Refinement(in_channels, WIDTH, WIDTH, fuses=True, blocks=blocks))
        refinements.append(Refinement(finest, WIDTH, None, fuses=True, blocks=blocks))
        self.refinements = nn.ModuleList(refinements)
        draw_convolutions(self)

    def forward(self, features: Sequence[Tensor]) -> Tensor:
        x = None
        for level, refinement in enumerate(self.refinements):
            feature = features[-1 - level]
            x = refinement(self.dropout(feature) if level < 2 else feature, x)
        assert x is not None
        return x
