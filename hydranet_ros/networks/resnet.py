# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""ResNet-50, -101 and -152 as encoders (He et al., CVPR 2016), under torchvision's names."""

from torch import nn
from torch import Tensor
import torch.nn.functional as F

BLOCKS = {50: (3, 4, 6, 3), 101: (3, 4, 23, 3), 152: (3, 8, 36, 3)}
CHANNELS = (256, 512, 1024, 2048)  # of what the encoder gives, at 1/4, 1/8, 1/16 and 1/32
EXPANSION = 4


class Bottleneck(nn.Module):
    """Reduce, filter with the stride, expand; add the input, projected where shapes differ."""

    def __init__(self, in_channels: int, width: int, stride: int) -> None:
        super().__init__()
        channels = width * EXPANSION
        self.conv1 = nn.Conv2d(in_channels, width, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, stride, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.conv3 = nn.Conv2d(width, channels, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(channels)
        self.downsample: nn.Module = nn.Identity()
        if stride != 1 or in_channels != channels:
            self.downsample = nn.Sequential(
                nn.Conv2d(in_channels, channels, 1, stride, bias=False), nn.BatchNorm2d(channels)
            )

    def forward(self, x: Tensor) -> Tensor:
        y = F.relu(self.bn1(self.conv1(x)))
        y = F.relu(self.bn2(self.conv2(y)))
        return F.relu(self.bn3(self.conv3(y)) + self.downsample(x))


class ResNet(nn.Module):
    """Give the features at 1/4, 1/8, 1/16 and 1/32, finest first; `depth` is 50, 101 or 152.

    Input: float32 [N, 3, H, W]. A stride of s gives ceil(H / s) x ceil(W / s).
    """

    def __init__(self, depth: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        channels = 64
        for level, blocks in enumerate(BLOCKS[depth]):
            width = 64 << level
            stride = 1 if level == 0 else 2
            layer = [Bottleneck(channels, width, stride)]
            channels = width * EXPANSION
            layer += [Bottleneck(channels, width, 1) for _ in range(1, blocks)]
            setattr(self, f'layer{level + 1}', nn.Sequential(*layer))

    def forward(self, x: Tensor) -> list[Tensor]:
        x = self.maxpool(F.relu(self.bn1(self.conv1(x))))
        features = []
        for level in range(4):
            x = self.get_submodule(f'layer{level + 1}')(x)
            features.append(x)
        return features
