# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The operations and aggregations of templates (WACV 2020)."""

from collections.abc import Sequence

import torch
from torch import nn
from torch import Tensor
import torch.nn.functional as F

from hydranet_ros.networks.mobilenet_v2 import ConvBN
from hydranet_ros.networks.searched_blocks import conv_bn_relu
from hydranet_ros.networks.searched_blocks import GlobalPooling
from hydranet_ros.networks.searched_blocks import SeparableConv
from hydranet_ros.networks.template_nas_genotype import Aggregation
from hydranet_ros.networks.template_nas_genotype import TemplateOperation

_SEPARABLE = {  # kernel, dilation
    TemplateOperation.SEPARABLE_3X3: (3, 1),
    TemplateOperation.SEPARABLE_5X5: (5, 1),
    TemplateOperation.SEPARABLE_5X5_DILATED_6: (5, 6),
}


class MaxPooling(nn.Sequential):
    """Mix the channels, batch norm, and a 3x3 max-pool with the stride."""

    def __init__(self, in_channels: int, out_channels: int, stride: int) -> None:
        super().__init__()
        self.mix = ConvBN(in_channels, out_channels, 1, activation=None)
        self.pool = nn.MaxPool2d(3, stride, 1)


class Tiling(nn.Module):
    """Repeat the channels, `times` times."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self.times = times

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([x] * self.times, 1) if self.times > 1 else x


def make_template_operation(
    operation: TemplateOperation, in_channels: int, out_channels: int, stride: int, repeats: int
) -> nn.Module:
    """Make an operation; `repeats` is of separable convolutions, 2 in the final networks."""
    if operation in _SEPARABLE:
        kernel, dilation = _SEPARABLE[operation]
        return SeparableConv(
            in_channels, out_channels, kernel, dilation=dilation, stride=stride, repeats=repeats
        )
    if operation is TemplateOperation.MAX_POOLING:
        return MaxPooling(in_channels, out_channels, stride)
    if operation is TemplateOperation.GLOBAL_POOLING:
        return GlobalPooling(in_channels, out_channels)
    return Tiling(out_channels // in_channels)


class ChannelScale(nn.Module):
    """Multiply each channel by a learnt number."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        # stored as it is multiplied by, so that the export is one product and nothing else
        self.weight = nn.Parameter(torch.ones(channels, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        return x * self.weight


class WeightedSum(nn.Module):
    """Scale the channels of both maps, and add them."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.scales = nn.ModuleList(ChannelScale(channels) for _ in range(2))

    def forward(self, one: Tensor, other: Tensor) -> Tensor:
        return self.scales[0](one) + self.scales[1](other)


class Concatenation(nn.Module):
    """Concatenate both maps, batch norm, ReLU, and mix the channels."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.bn = nn.BatchNorm2d(2 * channels)
        self.mix = nn.Conv2d(2 * channels, channels, 1, bias=False)

    def forward(self, one: Tensor, other: Tensor) -> Tensor:
        return self.mix(F.relu(self.bn(torch.cat([one, other], 1))))


class Join(nn.Module):
    """Bring two maps to the same channels and size, and aggregate them.

    channels: those of the maps; the result has the larger number. strides: those of the maps.
    enlarges: whether the coarser map is enlarged or the finer one shrunk.
    """

    def __init__(
        self,
        aggregation: Aggregation,
        channels: Sequence[int],
        strides: Sequence[int],
        *,
        enlarges: bool,
    ) -> None:
        super().__init__()
        width = max(channels)
        self.adapt = nn.ModuleList(
            nn.Identity() if count == width else conv_bn_relu(count, width) for count in channels
        )
        self.reference = strides.index(min(strides) if enlarges else max(strides))
        self.resizes = strides[0] != strides[1]
        sums = aggregation is Aggregation.WEIGHTED_SUM
        self.aggregate = WeightedSum(width) if sums else Concatenation(width)

    def forward(self, one: Tensor, other: Tensor) -> Tensor:
        maps = [self.adapt[0](one), self.adapt[1](other)]
        if self.resizes:
            size = maps[self.reference].shape[2:]
            moved = 1 - self.reference
            maps[moved] = F.interpolate(maps[moved], size, mode='bilinear', align_corners=False)
        return self.aggregate(*maps)
