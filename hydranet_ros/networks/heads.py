# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The ends of the networks: from shared features to one raw map for each task."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import nn
from torch import Tensor
import torch.nn.functional as F

from hydranet_ros.networks.refinenet_blocks import conv

LABELS_SUFFIX = '_labels'  # beside a task's map in training: which classes the image shows
AUXILIARY_SUFFIX = '_auxiliary'  # beside a task's map in training, with the number of the block


class TaskHead(nn.Module):
    """One convolution with bias, whose output is linear; before it, where `pre`, a depthwise 1x1.

    upsample: None, or what brings the map to the size of the input. labels: None, or the branch
    that tells from the map which classes the image shows, in training alone.
    """

    def __init__(
        self, in_channels: int, out_channels: int, *, pre: bool = True, kernel: int = 3
    ) -> None:
        super().__init__()
        self.pre = conv(in_channels, in_channels, groups=in_channels) if pre else None
        self.out = conv(in_channels, out_channels, kernel, bias=True)
        self.upsample: nn.Module | None = None
        self.labels: nn.Module | None = None

    def forward(self, x: Tensor) -> Tensor:
        return self.out(x if self.pre is None else F.relu6(self.pre(x)))


class MultiLabelBranch(nn.Module):
    """Tell from a coarse score map which of `labels` classes the image shows: logits [N, labels].

    The map is averaged to `grid` (height, width); a grid of the map's own size leaves it as it is,
    and any other makes the branch small and fit for every crop. Source: Nekrasov et al., BMVC
    2016: fully connected 256, then one output for each foreground class.
    """

    def __init__(self, classes: int, labels: int, grid: tuple[int, int] = (16, 16)) -> None:
        super().__init__()
        self.pool = nn.AdaptiveAvgPool2d(grid)
        self.hidden = nn.Linear(classes * grid[0] * grid[1], 256)
        self.out = nn.Linear(256, labels)

    def forward(self, scores: Tensor) -> Tensor:
        return self.out(F.relu(self.hidden(torch.flatten(self.pool(scores), 1))))


def make_heads(
    heads: Mapping[str, int], in_channels: int, *, pre: bool = False, kernel: int = 3
) -> nn.ModuleDict:
    """Make a head for each task; `heads` maps the tasks to their output channels."""
    return nn.ModuleDict(
        {task: TaskHead(in_channels, k, pre=pre, kernel=kernel) for task, k in heads.items()}
    )


def predict(heads: nn.ModuleDict, x: Tensor, size: torch.Size) -> dict[str, Tensor]:
    """Give every task's map; `size` is the input's (height, width), for heads that upsample.

    In training, heads with a label branch give its logits too, under their name and `_labels`.
    """
    outputs: dict[str, Tensor] = {}
    labels: dict[str, Tensor] = {}
    for task, module in heads.items():
        head: Any = module
        y = head(x)
        if head.labels is not None and head.training:
            labels[task + LABELS_SUFFIX] = head.labels(y)
        outputs[task] = y if head.upsample is None else head.upsample(y, size)
    return outputs | labels
