# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Give heads what brings their maps to the size of the input inside the network."""

from collections.abc import Callable
from typing import Any

import torch
from torch import nn
from torch import Tensor

from hydranet_ros.networks.global_deconvolution import bilinear_matrix
from hydranet_ros.networks.global_deconvolution import GlobalDeconvolution
from hydranet_ros.networks.options import NetworkOptions
from hydranet_ros.networks.options import Upsampling


class TransposedUpsampling(nn.ConvTranspose2d):
    """A transposed convolution that begins as bilinear upsampling, channel by channel.

    The baseline of the global deconvolution's paper, as FCN has it (Long et al., CVPR 2015).
    """

    def __init__(self, channels: int, stride: int) -> None:
        super().__init__(channels, channels, 2 * stride, stride, stride // 2, bias=False)
        line = bilinear_matrix(3, 3 * stride)[stride // 2 : stride // 2 + 2 * stride, 1]
        with torch.no_grad():
            self.weight.zero_()
            for channel in range(channels):
                self.weight[channel, channel] = line[:, None] * line[None, :]

    def forward(self, x: Tensor, size: torch.Size) -> Tensor:  # type: ignore[override]
        return super().forward(x)[:, :, : size[0], : size[1]]


def add_upsampling(
    network: nn.Module, options: NetworkOptions, *, stride: int, coarse: Callable[[int], int]
) -> None:
    """Let every head of `network` upsample as the options say.

    stride: of the heads' maps. coarse: from pixels along one side to those of the map.
    """
    heads: Any = network.heads
    height, width = options.largest
    for head in heads.values():
        channels = head.out.out_channels
        if options.upsample is Upsampling.TRANSPOSED:
            head.upsample = TransposedUpsampling(channels, stride)
        elif options.upsample is Upsampling.GLOBAL:
            head.upsample = GlobalDeconvolution(
                (coarse(height), coarse(width)),
                options.largest,
                matrices=options.matrices,
                channels=channels,
            )
