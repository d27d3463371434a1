# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""DeepLab-LargeFOV on VGG-16 (Chen et al., ICLR 2015), the first network of global deconvolution.

As in DrSleep/GDN: one scale, no CRF.
"""

from collections.abc import Mapping

from torch import nn
from torch import Tensor
import torch.nn.functional as F

from hydranet_ros.networks.heads import make_heads
from hydranet_ros.networks.heads import predict
from hydranet_ros.networks.refinenet_blocks import draw_convolutions
from hydranet_ros.networks.vgg16 import draw_rectified
from hydranet_ros.networks.vgg16 import VGG16

WIDTH = 1024


class DeepLabLargeFOV(nn.Module):
    """Predict one dense map per task at 1/8 (`coarse_side`).

    Arguments: `heads`, the output channels of each task in order.
    Input: RGB float32 [N, 3, H, W], normalised as the model's card says.
    Output: a dict of task to raw float32 [N, channels, coarse_side(H), coarse_side(W)].
    """

    def __init__(self, heads: Mapping[str, int]) -> None:
        super().__init__()
        self.encoder = VGG16(dilated=True)
        self.pool = nn.AvgPool2d(3, 1, 1)
        self.fc6 = nn.Conv2d(512, WIDTH, 3, padding=12, dilation=12)
        self.fc7 = nn.Conv2d(WIDTH, WIDTH, 1)
        self.dropout = nn.Dropout(0.5)
        self.heads = make_heads(heads, WIDTH, kernel=1)
        draw_rectified(self)
        draw_convolutions(self.heads)

    def forward(self, image: Tensor) -> dict[str, Tensor]:
        x = self.pool(self.encoder(image))
        x = self.dropout(F.relu(self.fc6(x)))
        x = self.dropout(F.relu(self.fc7(x)))
        return predict(self.heads, x, image.shape[2:])


def coarse_side(pixels: int) -> int:
    """Return the side of the map for a side of the image: three pools that round up."""
    for _ in range(3):
        pixels = pixels // 2 + 1
    return pixels
