# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Light-Weight RefineNet (Nekrasov et al., BMVC 2018, arXiv 1810.03272), on four maps.

With a MobileNet-v2 the paper joins six maps, as the multi-task network does, which see.
"""

from collections.abc import Mapping
from collections.abc import Sequence

from torch import nn
from torch import Tensor

from hydranet_ros.networks.heads import make_heads
from hydranet_ros.networks.heads import predict
from hydranet_ros.networks.options import Blocks
from hydranet_ros.networks.refinenet_blocks import draw_convolutions
from hydranet_ros.networks.refinenet_decoder import RefineNetDecoder
from hydranet_ros.networks.refinenet_decoder import WIDTH


class LightWeightRefineNet(nn.Module):
    """Predict one dense map per task; with `blocks` ORIGINAL this is RefineNet itself.

    Arguments: `heads`, the output channels of each task in order. `encoder` gives four maps at
    1/4 to 1/32, finest first, of `channels`. `deepest`: the decoder's width at 1/32, 512 in the
    paper's ResNets.
    Input: RGB float32 [N, 3, H, W], (image / 255 - mean) / std.
    Output: a dict of task to raw float32 [N, channels, ceil(H / 4), ceil(W / 4)].
    """

    def __init__(
        self,
        heads: Mapping[str, int],
        encoder: nn.Module,
        channels: Sequence[int],
        *,
        deepest: int = 512,
        blocks: Blocks = Blocks.LIGHT_WEIGHT,
    ) -> None:
        super().__init__()
        self.encoder = encoder
        self.decoder = RefineNetDecoder(channels, deepest, blocks)
        self.heads = make_heads(heads, WIDTH)
        draw_convolutions(self.heads)

    def forward(self, image: Tensor) -> dict[str, Tensor]:
        return predict(self.heads, self.decoder(self.encoder(image)), image.shape[2:])
