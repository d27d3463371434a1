# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""What a recipe says of the multi-label loss. Needs no torch."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class LabelLoss:
    """The multi-label loss: from the coarse scores, which classes does the image show?

    weight: beside the cross-entropy; 0: none. without: classes that are not asked for, such as the
    background. grid: (height, width) that the scores are averaged to.
    """

    weight: float = 0.0
    without: tuple[str, ...] = ()
    grid: tuple[int, int] = (16, 16)
