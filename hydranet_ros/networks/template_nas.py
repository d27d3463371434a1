# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The network of searched templates (Nekrasov et al., WACV 2020, arXiv 1904.02365)."""

from collections.abc import Mapping

from torch import nn
from torch import Tensor

from hydranet_ros.networks.heads import make_heads
from hydranet_ros.networks.heads import predict
from hydranet_ros.networks.mobilenet_v2 import MobileNetV2
from hydranet_ros.networks.template_nas_decoder import TemplateDecoder
from hydranet_ros.networks.template_nas_genotype import REPEATS
from hydranet_ros.networks.template_nas_genotype import TemplateNasGenotype

STAGES = 3  # of the encoder; the search found what comes after
CHANNELS = (24, 32)  # of the encoder's maps that the decoder reads, at 1/4 and 1/8


class TemplateNas(nn.Module):
    """Predict one dense map per task at the genotype's stride.

    Arguments: `heads`, the output channels of each task in order. `width`: of the last layer.
    `repeats`: of separable convolutions. While it searches the paper has 48 channels and one
    repeat.
    Input: RGB float32 [N, 3, H, W], (image / 255 - mean) / std.
    Output: a dict of task to raw float32 [N, channels, ceil(H / stride), ceil(W / stride)].
    """

    def __init__(
        self,
        heads: Mapping[str, int],
        genotype: TemplateNasGenotype,
        *,
        width: int = 64,
        repeats: int = REPEATS,
    ) -> None:
        super().__init__()
        self.encoder = MobileNetV2(STAGES)
        self.decoder = TemplateDecoder(CHANNELS, genotype, width, repeats)
        self.heads = make_heads(heads, width)

    def forward(self, image: Tensor) -> dict[str, Tensor]:
        _, finer, coarser = self.encoder(image)
        x = self.decoder([finer, coarser])
        return predict(self.heads, x, image.shape[2:])
