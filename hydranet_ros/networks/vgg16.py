# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The convolutions of VGG-16 (Simonyan and Zisserman, ICLR 2015) as an encoder."""

from torch import nn
from torch import Tensor
import torch.nn.functional as F

CHANNELS = ((64, 64), (128, 128), (256, 256, 256), (512, 512, 512), (512, 512, 512))


class VGG16(nn.Module):
    """Give the last map: 512 channels at 1/32, where `dilated` at 1/8 as DeepLab-LargeFOV has it.

    Dilated, the pools are 3x3, the last two have stride 1, and the last convolutions are dilated
    by 2. All pools round up, as Caffe does.
    """

    def __init__(self, *, dilated: bool = False) -> None:
        super().__init__()
        channels = 3
        stages, pools = [], []
        for level, widths in enumerate(CHANNELS):
            dilation = 2 if dilated and level == 4 else 1
            convolutions = []
            for width in widths:
                convolutions.append(
                    nn.Conv2d(channels, width, 3, padding=dilation, dilation=dilation)
                )
                channels = width
            stages.append(nn.ModuleList(convolutions))
            if dilated:
                pools.append(nn.MaxPool2d(3, 2 if level < 3 else 1, 1, ceil_mode=level < 3))
            else:
                pools.append(nn.MaxPool2d(2, 2, ceil_mode=True))
        self.stages = nn.ModuleList(stages)
        self.pools = nn.ModuleList(pools)

    def forward(self, x: Tensor) -> Tensor:
        for convolutions, pool in zip(self.stages, self.pools, strict=True):
            for convolution in convolutions.children():
                x = F.relu(convolution(x))
            x = pool(x)
        return x


def draw_rectified(module: nn.Module) -> None:
    """Draw convolutions so that ReLUs without batch norm keep the size of their input."""
    for part in module.modules():
        if isinstance(part, nn.Conv2d):
            nn.init.kaiming_normal_(part.weight, nonlinearity='relu')
            if part.bias is not None:
                nn.init.zeros_(part.bias)
