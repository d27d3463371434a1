# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""What a recipe says of auxiliary classifiers. Needs no torch."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class AuxiliaryLoss:
    """The losses of classifiers on the decoder's blocks, in training alone (CVPR 2019).

    Each is the task's whole loss, against labels at full size; the paper's is cross-entropy alone.
    weight: of each, beside the task's own loss; 0: none; the paper's is 0.15. cell: whether each
    has a cell of the searched design before it.
    """

    weight: float = 0.0
    cell: bool = True
