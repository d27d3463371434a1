# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The layers that the operations of both architecture searches are made of."""

from collections.abc import Sequence

import torch
from torch import nn
from torch import Tensor

from hydranet_ros.networks.mobilenet_v2 import ConvBN
from hydranet_ros.networks.refinenet_blocks import resize


def conv_bn_relu(
    in_channels: int, out_channels: int, kernel: int = 1, dilation: int = 1
) -> ConvBN:
    """Make a convolution that keeps the size, batch norm and ReLU."""
    return ConvBN(in_channels, out_channels, kernel, activation=nn.ReLU, dilation=dilation)


class DepthwiseConv(nn.Conv2d):
    """Filter each channel by itself, keeping the size at stride 1; no bias."""

    def __init__(self, channels: int, kernel: int, *, dilation: int, stride: int) -> None:
        padding = dilation * (kernel // 2)
        super().__init__(
            channels, channels, kernel, stride, padding, dilation, groups=channels, bias=False
        )

    def forward(self, x: Tensor) -> Tensor:
        if self.dilation[0] == 1 or x.device.type != 'cpu' or not torch.is_autocast_enabled('cpu'):
            return super().forward(x)
        # torch 2.13 on a CPU gives garbage as its weight's gradient in bf16 and channels_last
        with torch.autocast('cpu', enabled=False):
            return super().forward(x.float())


class SeparableConv(nn.Sequential):
    """Repeat: filter depthwise, mix the channels, batch norm and ReLU.

    Nothing lies between filtering and mixing. Every repeat has the stride.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel: int,
        *,
        dilation: int = 1,
        stride: int = 1,
        repeats: int = 1,
    ) -> None:
        super().__init__()
        for repeat in range(repeats):
            channels = out_channels if repeat else in_channels
            step = nn.Sequential()
            step.depthwise = DepthwiseConv(channels, kernel, dilation=dilation, stride=stride)
            step.pointwise = conv_bn_relu(channels, out_channels)
            self.append(step)


class GlobalPooling(nn.Module):
    """Average over the image, mix the channels, and give every pixel the result."""

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__()
        self.mix = conv_bn_relu(in_channels, out_channels)

    def forward(self, x: Tensor) -> Tensor:
        return self.mix(x.mean((2, 3), keepdim=True)).expand(-1, -1, *x.shape[2:])


def enlarge(one: Tensor, other: Tensor, strides: tuple[int, int]) -> tuple[Tensor, Tensor]:
    """Resize the map of the larger stride bilinearly to the size of the other."""
    if strides[0] > strides[1]:
        return resize(one, other, align_corners=False), other
    if strides[0] < strides[1]:
        return one, resize(other, one, align_corners=False)
    return one, other


def concatenate(maps: Sequence[Tensor], strides: Sequence[int]) -> Tensor:
    """Concatenate maps at the finest size, enlarging what there is with each finer one that comes.

    So a map may be enlarged in two steps, which is not the same as in one.
    """
    whole, stride = maps[0], strides[0]
    for x, own in zip(maps[1:], strides[1:], strict=True):
        whole = torch.cat(enlarge(whole, x, (stride, own)), 1)
        stride = min(stride, own)
    return whole
