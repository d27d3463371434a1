# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The exponential moving average of the weights, which validation and publishing use."""

from __future__ import annotations

from lightning.pytorch.callbacks import WeightAveraging
import torch
from torch import Tensor


class MovingAverage(WeightAveraging):
    """Lightning's averaged copy of the module, with a decay that begins low.

    The decay after n steps is min(decay, (1 + n) / (10 + n)), so that the random start is soon
    forgotten. Batch norm's statistics are averaged too.
    """

    def __init__(self, decay: float) -> None:
        def average(averaged: list[Tensor], current: list[Tensor], count: Tensor) -> None:
            steps = int(count)
            share = 1 - min(decay, (1 + steps) / (10 + steps))
            if averaged[0].is_floating_point():
                torch._foreach_lerp_(averaged, current, share)
            else:  # batch norm counts its batches
                torch._foreach_copy_(averaged, current)

        super().__init__(multi_avg_fn=torch.no_grad()(average))
