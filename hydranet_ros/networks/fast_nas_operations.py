# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The operations of a contextual cell, all of which keep channels and size (CVPR 2019)."""

from collections.abc import Callable
from functools import partial

import torch
from torch import nn
from torch import Tensor

from hydranet_ros.networks.fast_nas_genotype import CellOperation
from hydranet_ros.networks.searched_blocks import conv_bn_relu
from hydranet_ros.networks.searched_blocks import GlobalPooling
from hydranet_ros.networks.searched_blocks import SeparableConv


class Zeros(nn.Module):
    """Give zeros in place of the input."""

    def forward(self, x: Tensor) -> Tensor:
        return torch.zeros_like(x)


def make_cell_operation(operation: CellOperation, channels: int, repeats: int) -> nn.Module:
    """Make an operation; `repeats` is of separable convolutions, 2 in the final networks."""
    return _OPERATIONS[operation](channels, repeats)


def _conv(kernel: int, dilation: int, channels: int, repeats: int) -> nn.Module:
    return conv_bn_relu(channels, channels, kernel, dilation)


def _separable(kernel: int, dilation: int, channels: int, repeats: int) -> nn.Module:
    return SeparableConv(channels, channels, kernel, dilation=dilation, repeats=repeats)


_OPERATIONS: dict[CellOperation, Callable[[int, int], nn.Module]] = {
    CellOperation.CONV_1X1: partial(_conv, 1, 1),
    CellOperation.CONV_3X3: partial(_conv, 3, 1),
    CellOperation.SEPARABLE_3X3: partial(_separable, 3, 1),
    CellOperation.SEPARABLE_5X5: partial(_separable, 5, 1),
    CellOperation.GLOBAL_POOLING: lambda channels, _: GlobalPooling(channels, channels),
    CellOperation.CONV_3X3_DILATED_3: partial(_conv, 3, 3),
    CellOperation.CONV_3X3_DILATED_12: partial(_conv, 3, 12),
    CellOperation.SEPARABLE_3X3_DILATED_3: partial(_separable, 3, 3),
    CellOperation.SEPARABLE_5X5_DILATED_6: partial(_separable, 5, 6),
    CellOperation.SKIP: lambda channels, _: nn.Identity(),
    CellOperation.NONE: lambda channels, _: Zeros(),
}
