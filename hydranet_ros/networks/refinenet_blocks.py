# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""What RefineNets are made of: the light-weight blocks (BMVC 2018) and the original (CVPR 2017).

No block has batch norm.
"""

from torch import nn
from torch import Tensor
import torch.nn.functional as F

START_STD = 0.01  # of a decoder's convolutions, as in both light-weight papers


def conv(
    in_channels: int, out_channels: int, kernel: int = 1, groups: int = 1, bias: bool = False
) -> nn.Conv2d:
    """Make a convolution of stride 1 that keeps the size."""
    return nn.Conv2d(
        in_channels, out_channels, kernel, padding=kernel // 2, groups=groups, bias=bias
    )


class ChainedResidualPooling(nn.Module):
    """Sum the input and a chain of 5x5 max-pools, each followed by a convolution.

    kernel: 1 in Light-Weight RefineNet, 3 in RefineNet. `groups` = channels makes the convolutions
    depthwise, as in the multi-task network's last block (ICRA 2019): the saving over Light-Weight
    RefineNet.
    """

    def __init__(self, channels: int, stages: int = 4, groups: int = 1, kernel: int = 1) -> None:
        super().__init__()
        self.pool = nn.MaxPool2d(5, stride=1, padding=2)
        self.convs = nn.ModuleList(conv(channels, channels, kernel, groups) for _ in range(stages))

    def forward(self, x: Tensor) -> Tensor:
        top = x
        for convolution in self.convs:
            top = convolution(self.pool(top))
            x = x + top
        return x


class ResidualConvUnits(nn.Module):
    """Pass through units of ReLU, convolution, ReLU, convolution, each added to its input."""

    def __init__(self, channels: int, units: int, kernel: int = 3) -> None:
        super().__init__()
        self.first = nn.ModuleList(
            conv(channels, channels, kernel, bias=True) for _ in range(units)
        )
        self.second = nn.ModuleList(conv(channels, channels, kernel) for _ in range(units))

    def forward(self, x: Tensor) -> Tensor:
        for first, second in zip(self.first, self.second, strict=True):
            x = x + second(F.relu(first(F.relu(x))))
        return x


def resize(x: Tensor, reference: Tensor, align_corners: bool) -> Tensor:
    """Resize bilinearly to the height and width of `reference`."""
    size = reference.shape[2:]
    return F.interpolate(x, size=size, mode='bilinear', align_corners=align_corners)


def draw_convolutions(module: nn.Module) -> None:
    """Draw convolutions from N(0, 0.01), biases 0; trained weights replace their part."""
    for part in module.modules():
        if isinstance(part, nn.Conv2d):
            nn.init.normal_(part.weight, std=START_STD)
            if part.bias is not None:
                nn.init.zeros_(part.bias)
