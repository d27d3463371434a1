# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Weights that bf16 holds as they are, so that an engine of bf16 computes with those of fp32."""

from collections.abc import Sequence

import torch
from torch import nn
from torch import Tensor

_SMALLEST = 1e-12  # below it batch norm lets nothing through


@torch.no_grad()
def round_weights(network: nn.Module, std: Sequence[float]) -> None:
    """Move each convolution's weight, by 0.4 % at most, to what bf16 holds once it is deployed.

    Deployed, a weight has the batch norm that follows folded in, the first one the scale of the
    image as well: 1 / (255 std). Biases stay: engines add them in float32 (`split_biases`).
    """
    modules = [m for m in network.modules() if isinstance(m, nn.Conv2d | nn.BatchNorm2d)]
    following = [*modules[1:], None]
    first = True
    for module, after in zip(modules, following, strict=True):
        if not isinstance(module, nn.Conv2d):
            continue
        scale = torch.ones(module.out_channels, 1, 1, 1)
        if isinstance(after, nn.BatchNorm2d) and after.running_var is not None:
            factor = after.weight / torch.sqrt(after.running_var + after.eps)
            scale = factor.view(-1, 1, 1, 1)
        if first:
            scale = scale / (255 * torch.tensor(std).view(1, -1, 1, 1))
            first = False
        module.weight.copy_(_rounded(module.weight, scale))


def _rounded(weight: Tensor, scale: Tensor) -> Tensor:
    usable = scale.abs() > _SMALLEST
    divisor = torch.where(usable, scale, torch.ones_like(scale))
    return torch.where(usable, (weight * scale).bfloat16().float() / divisor, weight)
