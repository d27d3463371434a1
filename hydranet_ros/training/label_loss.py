# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The multi-label loss of global deconvolution (Nekrasov et al., BMVC 2016)."""

from __future__ import annotations

import torch
from torch import Tensor
import torch.nn.functional as F

from hydranet_ros.training.datasets.sample import IGNORE
from hydranet_ros.training.recipe_types import Recipe

_IDS = 256


def asked_classes(recipe: Recipe) -> list[int]:
    """Return the ids of the classes that the loss asks for."""
    without = recipe.losses.labels.without
    return [i for i, item in enumerate(recipe.classes) if item.name not in without]


def label_loss(logits: Tensor, labels: Tensor, asked: Tensor, weights: Tensor) -> Tensor:
    """Average the sigmoid cross-entropy over the asked classes and the annotated images.

    logits: [N, len(asked)], whether the image shows the class. labels: uint8 [N, H, W], from which
    the truth follows; 255 is none. asked: ids of the classes. weights: float [N], 0 where an image
    is not annotated; one without any labelled pixel counts as such. The paper's kind of loss was
    not read; this is the natural one.
    """
    with torch.autocast(logits.device.type, enabled=False):
        logits = logits.float()
        shown = torch.zeros(len(labels), _IDS, device=labels.device)
        shown.scatter_(1, labels.flatten(1).long(), 1.0)
        truth = shown[:, asked]
        weights = weights * (labels != IGNORE).flatten(1).any(1)
        each = F.binary_cross_entropy_with_logits(logits, truth, reduction='none').mean(1)
        return (each * weights).sum() / (weights > 0).sum().clamp_min(1)
