# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""What is minimised: the tasks' losses of one stream's batch."""

from __future__ import annotations

from collections.abc import Mapping
import math

import torch
from torch import nn
from torch import Tensor

from hydranet_ros.networks.heads import AUXILIARY_SUFFIX
from hydranet_ros.networks.heads import LABELS_SUFFIX
from hydranet_ros.training.batch import Batch
from hydranet_ros.training.label_loss import asked_classes
from hydranet_ros.training.label_loss import label_loss
from hydranet_ros.training.losses import berhu
from hydranet_ros.training.losses import beyond_range
from hydranet_ros.training.losses import cross_entropy
from hydranet_ros.training.losses import IGNORE
from hydranet_ros.training.losses import normals_cosine
from hydranet_ros.training.losses import soft_jaccard
from hydranet_ros.training.recipe_types import domain_of
from hydranet_ros.training.recipe_types import Recipe
from hydranet_ros.training.recipe_types import StreamRecipe
from hydranet_ros.zoo.card_types import Domain
from hydranet_ros.zoo.card_types import Task

# Far below every logit, yet finite, so that interpolating between such logits stays so.
OTHER_DOMAIN = -1e4
# Where depth lies beyond the range, the network is to say so clearly: by this factor of the range.
BEYOND = 1.1


class Objective(nn.Module):
    """The losses of a stream's tasks, each image's classes being those of its domain alone."""

    asked_ids: Tensor
    labels_offset: Tensor
    logits_offset: Tensor
    class_weights: Tensor | None
    _beyond_ids: Tensor | None

    def __init__(self, recipe: Recipe, stream: StreamRecipe, tasks: frozenset[Task]) -> None:
        super().__init__()
        self.tasks = [task for task in recipe.tasks if task in tasks]
        self._over = recipe.losses.berhu_over
        self._jaccard = recipe.losses.jaccard
        self._range_m = recipe.depth.max_m if recipe.depth else math.inf
        self._labels = recipe.losses.labels.weight
        self._auxiliary = recipe.losses.auxiliary.weight
        asked = torch.tensor(asked_classes(recipe), dtype=torch.long)
        self.register_buffer('asked_ids', asked, persistent=False)
        names = [item.name for item in recipe.classes]
        ids = [names.index(name) for name in recipe.losses.beyond_range]
        table = torch.tensor(ids, dtype=torch.uint8) if ids else None
        self.register_buffer('_beyond_ids', table, persistent=False)
        rows = [domain_of(recipe, item.domain) for item in stream.data for _ in range(item.batch)]
        self._one_domain = not recipe.domains
        factors = recipe.losses.class_weights
        table = torch.tensor([factors.get(item.name, 1.0) for item in recipe.classes])
        self.register_buffer('class_weights', table if factors else None, persistent=False)
        # A batch holds its sources' images in their order, so a row's domain is known here.
        self.register_buffer('labels_offset', _starts(rows), persistent=False)
        classes = len(recipe.classes)
        self.register_buffer('logits_offset', _outside(rows, classes), persistent=False)

    def forward(self, outputs: Mapping[str, Tensor], batch: Batch) -> dict[str, Tensor]:
        """Return the loss of each task that the stream annotates, scalars by the task's name."""
        losses = {t.value: self._loss(t, outputs[t.value], batch) for t in self.tasks}
        for task in self.tasks:
            for name, output in outputs.items():
                if name.startswith(task.value + AUXILIARY_SUFFIX):
                    told = self._loss(task, output, batch)
                    losses[task.value] = losses[task.value] + self._auxiliary * told
        if self._labels and (name := Task.SEMANTIC.value) in losses:
            weights = batch.weights[name]
            shown = outputs[name + LABELS_SUFFIX]
            told = label_loss(shown, batch.labels, self.asked_ids, weights)
            losses[name] = losses[name] + self._labels * told
        return losses

    def _loss(self, task: Task, output: Tensor, batch: Batch) -> Tensor:
        weights = batch.weights[task.value]
        if task is Task.SEMANTIC:
            return self._semantic(output, batch.labels, weights)
        if task is Task.DEPTH:
            return self._depth(output, batch, weights)
        if batch.normals is None:
            return output.sum() * 0
        return normals_cosine(output, batch.normals, weights)

    def _depth(self, output: Tensor, batch: Batch, weights: Tensor) -> Tensor:
        """Compare depths within the range; what is known to lie beyond it pushes from one side."""
        beyond = batch.depth > self._range_m
        if self._beyond_ids is not None:
            # what was measured holds against labels of less weight, which a teacher guessed
            trusted = (weights > batch.weights[Task.SEMANTIC.value]).view(-1, 1, 1)
            held = trusted & batch.depth.isfinite()
            beyond = beyond | (torch.isin(batch.labels, self._beyond_ids) & ~held)
        loss = berhu(output, batch.depth.masked_fill(beyond, math.nan), weights, over=self._over)
        return loss + beyond_range(output, beyond, weights, range_m=BEYOND * self._range_m)

    def _semantic(self, logits: Tensor, labels: Tensor, weights: Tensor) -> Tensor:
        """Take the softmax over the classes of each image's domain."""
        if not self._one_domain:
            labels = torch.where(labels == IGNORE, labels, labels + self.labels_offset)
            logits = logits.float() + self.logits_offset
        loss = cross_entropy(logits, labels, weights, class_weights=self.class_weights)
        if self._jaccard:
            loss = loss + self._jaccard * soft_jaccard(logits, labels, weights)
        return loss


def _starts(rows: list[Domain]) -> Tensor:
    return torch.tensor([row.start for row in rows], dtype=torch.uint8).view(-1, 1, 1)


def _outside(rows: list[Domain], classes: int) -> Tensor:
    offset = torch.full((len(rows), classes, 1, 1), OTHER_DOMAIN)
    for index, row in enumerate(rows):
        offset[index, row.start : row.stop] = 0
    return offset
