# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""MobileNet-v2 as an encoder (Sandler et al., CVPR 2018), without its 1280-channel classifier."""

from typing import NamedTuple

from torch import nn
from torch import Tensor


class Stage(NamedTuple):
    """A row of the paper's table 2: expansion t, output channels c, blocks n, first stride s."""

    expansion: int
    channels: int
    blocks: int
    stride: int


STAGES = (
    Stage(1, 16, 1, 1),  # 1/2
    Stage(6, 24, 2, 2),  # 1/4
    Stage(6, 32, 3, 2),  # 1/8
    Stage(6, 64, 4, 2),  # 1/16
    Stage(6, 96, 3, 1),  # 1/16
    Stage(6, 160, 3, 2),  # 1/32
    Stage(6, 320, 1, 1),  # 1/32
)


class ConvBN(nn.Sequential):
    """Convolution without bias that pads to keep the size, batch norm and an activation."""

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel: int,
        stride: int = 1,
        groups: int = 1,
        activation: type[nn.Module] | None = nn.ReLU6,
        dilation: int = 1,
    ) -> None:
        super().__init__()
        padding = dilation * (kernel // 2)
        self.conv = nn.Conv2d(
            in_channels, out_channels, kernel, stride, padding, dilation, groups, bias=False
        )
        self.bn = nn.BatchNorm2d(out_channels)
        if activation is not None:
            self.add_module(activation.__name__.lower(), activation())


class InvertedResidual(nn.Module):
    """Expand, filter depthwise, project; add the input where the shapes agree."""

    def __init__(self, in_channels: int, out_channels: int, stride: int, expansion: int) -> None:
        super().__init__()
        width = in_channels * expansion
        self.expand = ConvBN(in_channels, width, 1)  # kept at expansion 1, unlike torchvision
        self.depthwise = ConvBN(width, width, 3, stride, groups=width)
        self.project = ConvBN(width, out_channels, 1, activation=None)
        self.residual = stride == 1 and in_channels == out_channels

    def forward(self, x: Tensor) -> Tensor:
        y = self.project(self.depthwise(self.expand(x)))
        return x + y if self.residual else y


class MobileNetV2(nn.Module):
    """Give the features of every stage, finest first; `stages`: only of the first so many.

    Input: float32 [N, 3, H, W]. Output: a tensor for each stage, seven in all, of the channels and
    strides of `STAGES`; a stride of s gives ceil(H / s) x ceil(W / s).
    """

    def __init__(self, stages: int = 7) -> None:
        super().__init__()
        self.stem = ConvBN(3, 32, 3, stride=2)
        channels = 32
        layers = []
        for stage in STAGES[:stages]:
            blocks = []
            for i in range(stage.blocks):
                stride = stage.stride if i == 0 else 1
                blocks.append(InvertedResidual(channels, stage.channels, stride, stage.expansion))
                channels = stage.channels
            layers.append(nn.Sequential(*blocks))
        self.stages = nn.ModuleList(layers)

    def forward(self, x: Tensor) -> list[Tensor]:
        x = self.stem(x)
        features = []
        for stage in self.stages:
            x = stage(x)
            features.append(x)
        return features
