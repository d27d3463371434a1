# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""FCN-32s on VGG-16 (Long et al., CVPR 2015), the other network of global deconvolution's paper.

The original pads the image by 100 pixels and crops the result; here the 7x7 convolution pads.
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

WIDTH = 4096


class FCN32s(nn.Module):
    """Predict one dense map per task at 1/32.

    Arguments: `heads`, the output channels of each task in order.
    Input: RGB float32 [N, 3, H, W], normalised as the model's card says.
    Output: a dict of task to raw float32 [N, channels, ceil(H / 32), ceil(W / 32)].
    """

    def __init__(self, heads: Mapping[str, int]) -> None:
        super().__init__()
        self.encoder = VGG16()
        self.fc6 = nn.Conv2d(512, WIDTH, 7, padding=3)
        self.fc7 = nn.Conv2d(WIDTH, WIDTH, 1)
        self.dropout = nn.Dropout(0.5)
        self.heads = make_heads(heads, WIDTH, kernel=1)
        draw_rectified(self)
        draw_convolutions(self.heads)

    def forward(self, image: Tensor) -> dict[str, Tensor]:
        x = self.encoder(image)
        x = self.dropout(F.relu(self.fc6(x)))
        x = self.dropout(F.relu(self.fc7(x)))
        return predict(self.heads, x, image.shape[2:])
