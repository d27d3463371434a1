# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Between which bounds the numbers of a training recipe lie."""

from __future__ import annotations

from collections.abc import Iterator

from hydranet_ros.training.recipe_fields import Reader
from hydranet_ros.training.recipe_types import Annotations
from hydranet_ros.training.recipe_types import Recipe
from hydranet_ros.training.recipe_types import StreamRecipe


def check_numbers(recipe: Recipe, reader: Reader) -> None:
    """Refuse a number with which nothing can be learned; HydranetError names the key."""
    for key, count in _counts(recipe):
        if count is not None and count < 1:
            reader.refuse(key, 'must be at least 1')
    for key, number in _factors(recipe):
        if number < 0:
            reader.refuse(key, 'must not be negative')
    if recipe.optimiser.momentum >= 1:
        reader.refuse('optimiser.momentum', 'must be below 1')
    if recipe.clip_norm is not None and recipe.clip_norm <= 0:
        reader.refuse('clip_norm', 'must be above 0, or null for no bound on the gradients')
    if recipe.ema is not None and not 0 < recipe.ema < 1:
        reader.refuse('ema', 'must lie between 0 and 1, or be null')
    for i, stream in enumerate(recipe.streams):
        _check_augmentation(stream, f'streams[{i}]', reader)
        for j, data in enumerate(stream.data):
            for k, added in enumerate(data.annotations):
                _check_trust(added, f'streams[{i}].data[{j}].annotations[{k}]', reader)


def _counts(recipe: Recipe) -> Iterator[tuple[str, int | None]]:
    for key in ('epochs', 'steps_per_epoch', 'devices', 'num_nodes', 'checkpoint_every'):
        yield key, getattr(recipe, key)
    yield 'schedule.every', recipe.schedule.every
    for i, stream in enumerate(recipe.streams):
        for j, data in enumerate(stream.data):
            yield f'streams[{i}].data[{j}].batch', data.batch
    for i, entry in enumerate(recipe.validation):
        yield f'validation[{i}].batch', entry.batch
        yield f'validation[{i}].every', entry.every


def _factors(recipe: Recipe) -> Iterator[tuple[str, float]]:
    for key in ('lr_encoder', 'lr_decoder', 'momentum', 'weight_decay'):
        yield f'optimiser.{key}', getattr(recipe.optimiser, key)
    yield 'schedule.power', recipe.schedule.power
    yield 'schedule.factor', recipe.schedule.factor
    yield 'losses.jaccard', recipe.losses.jaccard
    for task, weight in recipe.losses.fixed.items():
        yield f'losses.fixed.{task}', weight


def _check_augmentation(stream: StreamRecipe, where: str, reader: Reader) -> None:
    if min(stream.crop) < 1:
        reader.refuse(f'{where}.crop', 'must be at least one pixel high and wide')
    if not 0 < stream.scale[0] <= stream.scale[1]:
        reader.refuse(f'{where}.scale', 'must be two factors above 0, the smaller one first')
    if not 0 <= stream.colour <= 1:
        reader.refuse(f'{where}.colour', 'must be from 0 to 1')


def _check_trust(added: Annotations, where: str, reader: Reader) -> None:
    if added.weight <= 0:
        reader.refuse(f'{where}.weight', 'must be above 0')
    if not 0 <= added.min_confidence <= 1:
        reader.refuse(f'{where}.min_confidence', 'must be from 0 to 1')
