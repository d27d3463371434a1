# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Blocks of Light-Weight RefineNet (Nekrasov et al., BMVC 2018), as the ICRA 2019 paper has them.

No block has batch norm; every convolution but a head's last is 1x1 and without bias.
"""

from torch import nn
from torch import Tensor
import torch.nn.functional as F


def conv1x1(in_channels: int, out_channels: int, groups: int = 1) -> nn.Conv2d:
    """Make a 1x1 convolution without bias."""
    return nn.Conv2d(in_channels, out_channels, 1, groups=groups, bias=False)


class ChainedResidualPooling(nn.Module):
    """Sum the input and a chain of 5x5 max-pools, each followed by a 1x1 convolution.

    `groups` = channels makes the convolutions depthwise, as in the multi-task network's last block
    (ICRA 2019): the saving over Light-Weight RefineNet.
    """

    def __init__(self, channels: int, stages: int = 4, groups: int = 1) -> None:
        super().__init__()
        self.pool = nn.MaxPool2d(5, stride=1, padding=2)
        self.convs = nn.ModuleList(conv1x1(channels, channels, groups) for _ in range(stages))

    def forward(self, x: Tensor) -> Tensor:
        top = x
        for conv in self.convs:
            top = conv(self.pool(top))
            x = x + top
        return x


class TaskHead(nn.Module):
    """Two task-specific layers: depthwise 1x1 with ReLU6, then 3x3 with bias; output is linear."""

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__()
        self.pre = conv1x1(in_channels, in_channels, groups=in_channels)
        self.out = nn.Conv2d(in_channels, out_channels, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        return self.out(F.relu6(self.pre(x)))


def upsample(x: Tensor, reference: Tensor) -> Tensor:
    """Resize bilinearly (align_corners=False) to the height and width of `reference`."""
    return F.interpolate(x, size=reference.shape[2:], mode='bilinear', align_corners=False)
