# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Multi-task Light-Weight RefineNet (Nekrasov et al., ICRA 2019, arXiv 1809.04766)."""

from collections.abc import Mapping

from torch import nn
from torch import Tensor
import torch.nn.functional as F

from hydranet_ros.networks.heads import make_heads
from hydranet_ros.networks.heads import predict
from hydranet_ros.networks.mobilenet_v2 import MobileNetV2
from hydranet_ros.networks.refinenet_blocks import ChainedResidualPooling
from hydranet_ros.networks.refinenet_blocks import conv
from hydranet_ros.networks.refinenet_blocks import draw_convolutions
from hydranet_ros.networks.refinenet_blocks import resize

WIDTH = 256


class MultiTaskRefineNet(nn.Module):
    """Predict one dense map per task from one shared trunk.

    Arguments: `heads`, the output channels of each task in order, for instance
    {'semantic': 40, 'depth': 1, 'normals': 3}. `light_weight`: the single-task network of BMVC
    2018 in its place, which differs in three things: the last pooling's convolutions are dense,
    the corners are aligned in resizing, and a head is one convolution.
    Input: RGB float32 [N, 3, H, W], (image / 255 - mean) / std.
    Output: a dict of task to raw float32 [N, channels, ceil(H / 4), ceil(W / 4)]: class logits,
    metres before the absolute value, normals before normalisation.
    """

    def __init__(self, heads: Mapping[str, int], *, light_weight: bool = False) -> None:
        super().__init__()
        self.align_corners = light_weight
        self.encoder = MobileNetV2()
        self.lateral8 = conv(320, WIDTH)
        self.lateral7 = conv(160, WIDTH)
        self.lateral6 = conv(96, WIDTH)
        self.lateral5 = conv(64, WIDTH)
        self.lateral4 = conv(32, WIDTH)
        self.lateral3 = conv(24, WIDTH)
        self.crp4 = ChainedResidualPooling(WIDTH)
        self.crp3 = ChainedResidualPooling(WIDTH)
        self.crp2 = ChainedResidualPooling(WIDTH)
        self.crp1 = ChainedResidualPooling(WIDTH, groups=1 if light_weight else WIDTH)
        self.adapt4 = conv(WIDTH, WIDTH)
        self.adapt3 = conv(WIDTH, WIDTH)
        self.adapt2 = conv(WIDTH, WIDTH)
        self.heads = make_heads(heads, WIDTH, pre=not light_weight)
        draw_convolutions(self)

    def forward(self, image: Tensor) -> dict[str, Tensor]:
        _, l3, l4, l5, l6, l7, l8 = self.encoder(image)
        x = F.relu6(self.lateral8(l8) + self.lateral7(l7))
        x = resize(self.adapt4(self.crp4(x)), l6, self.align_corners)  # 1/32 to 1/16
        x = F.relu6(self.lateral5(l5) + self.lateral6(l6) + x)
        x = resize(self.adapt3(self.crp3(x)), l4, self.align_corners)  # 1/16 to 1/8
        x = F.relu6(self.lateral4(l4) + x)
        x = resize(self.adapt2(self.crp2(x)), l3, self.align_corners)  # 1/8 to 1/4
        x = self.crp1(F.relu6(self.lateral3(l3) + x))
        return predict(self.heads, x, image.shape[2:])
