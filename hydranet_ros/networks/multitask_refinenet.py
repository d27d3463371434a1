# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Multi-task Light-Weight RefineNet (Nekrasov et al., ICRA 2019, arXiv 1809.04766)."""

from collections.abc import Mapping

from torch import nn
from torch import Tensor
import torch.nn.functional as F

from hydranet_ros.networks.light_weight_refinenet import ChainedResidualPooling
from hydranet_ros.networks.light_weight_refinenet import conv1x1
from hydranet_ros.networks.light_weight_refinenet import TaskHead
from hydranet_ros.networks.light_weight_refinenet import upsample
from hydranet_ros.networks.mobilenet_v2 import MobileNetV2

WIDTH = 256


class MultiTaskRefineNet(nn.Module):
    """Predict one dense map per task from one shared trunk.

    Arguments: `heads`, the output channels of each task in order, for instance
    {'semantic': 40, 'depth': 1, 'normals': 3}.
    Input: RGB float32 [N, 3, H, W], (image / 255 - mean) / std.
    Output: a dict of task to raw float32 [N, channels, ceil(H / 4), ceil(W / 4)]: class logits,
    metres before the absolute value, normals before normalisation.
    """

    def __init__(self, heads: Mapping[str, int]) -> None:
        super().__init__()
        self.encoder = MobileNetV2()
        self.lateral8 = conv1x1(320, WIDTH)
        self.lateral7 = conv1x1(160, WIDTH)
        self.lateral6 = conv1x1(96, WIDTH)
        self.lateral5 = conv1x1(64, WIDTH)
        self.lateral4 = conv1x1(32, WIDTH)
        self.lateral3 = conv1x1(24, WIDTH)
        self.crp4 = ChainedResidualPooling(WIDTH)
        self.crp3 = ChainedResidualPooling(WIDTH)
        self.crp2 = ChainedResidualPooling(WIDTH)
        self.crp1 = ChainedResidualPooling(WIDTH, groups=WIDTH)
        self.adapt4 = conv1x1(WIDTH, WIDTH)
        self.adapt3 = conv1x1(WIDTH, WIDTH)
        self.adapt2 = conv1x1(WIDTH, WIDTH)
        self.heads = nn.ModuleDict({task: TaskHead(WIDTH, k) for task, k in heads.items()})
        self._initialise()

    def forward(self, image: Tensor) -> dict[str, Tensor]:
        _, l3, l4, l5, l6, l7, l8 = self.encoder(image)
        x = F.relu6(self.lateral8(l8) + self.lateral7(l7))
        x = upsample(self.adapt4(self.crp4(x)), l6)  # 1/32 to 1/16
        x = F.relu6(self.lateral5(l5) + self.lateral6(l6) + x)
        x = upsample(self.adapt3(self.crp3(x)), l4)  # 1/16 to 1/8
        x = F.relu6(self.lateral4(l4) + x)
        x = upsample(self.adapt2(self.crp2(x)), l3)  # 1/8 to 1/4
        x = self.crp1(F.relu6(self.lateral3(l3) + x))
        return {task: head(x) for task, head in self.heads.items()}

    def _initialise(self) -> None:
        """Draw convolutions from N(0, 0.01), biases 0; a trained encoder replaces its part."""
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.normal_(module.weight, std=0.01)
                if module.bias is not None:
                    nn.init.zeros_(module.bias)
