# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""What the keys of a training recipe must agree on."""

from __future__ import annotations

import difflib
import re
from typing import Any

from hydranet_ros.networks.options import Upsampling
from hydranet_ros.training.datasets.classes import check_classes
from hydranet_ros.training.recipe_choices import Weighting
from hydranet_ros.training.recipe_fields import Reader
from hydranet_ros.training.recipe_numbers import check_numbers
from hydranet_ros.training.recipe_searched import check_searched
from hydranet_ros.training.recipe_types import domain_of
from hydranet_ros.training.recipe_types import Recipe
from hydranet_ros.zoo.card_checks import check_depth
from hydranet_ros.zoo.card_checks import check_domains
from hydranet_ros.zoo.card_checks import check_sample_frames
from hydranet_ros.zoo.card_types import Task

_NAME = re.compile(r'[A-Za-z0-9][A-Za-z0-9_-]*')


def check_recipe(recipe: Recipe, reader: Reader) -> None:
    """Refuse a recipe whose keys contradict each other; HydranetError names the key."""
    _check_network(recipe, reader)
    _check_losses(recipe, reader)
    check_searched(recipe, reader)
    _check_sets(recipe, reader)
    check_numbers(recipe, reader)
    if not _NAME.fullmatch(recipe.name):
        reader.refuse('name', 'must be letters, digits, - and _ alone: it names files')
    if recipe.select and not recipe.validation:
        reader.refuse('select', 'needs a validation set to measure on')
    if recipe.card is not None:
        check_sample_frames(recipe.card.sample_frames, reader.below('card'))
        if bool(recipe.card.licence) != bool(recipe.card.licence_note):
            reader.refuse('card', 'must state licence and licence_note together')


def _check_network(recipe: Recipe, reader: Reader) -> None:
    tasks = set(recipe.tasks)
    if not tasks or len(tasks) != len(recipe.tasks):
        reader.refuse('tasks', 'must name at least one task, and none of them twice')
    if (Task.SEMANTIC in tasks) != bool(recipe.classes):
        reader.refuse('classes', 'must list 1 to 255 classes with the task semantic, else none')
    check_classes(recipe.classes, reader)
    if (Task.DEPTH in tasks) != (recipe.depth is not None):
        reader.refuse('depth', 'must be given with the task depth, and only then')
    ranges = [('depth', recipe.depth)]
    ranges += [(f'domains[{i}].depth', domain.depth) for i, domain in enumerate(recipe.domains)]
    for where, depth in ranges:
        if depth is not None:
            check_depth(depth, reader.below(where))
        if depth is not None and depth.focal_length_px is None:
            reader.refuse(
                f'{where}.focal_length_px',
                'must be the focal length (pixels) of the camera that depths are to be metric for',
            )
    check_domains(recipe.domains, recipe.classes, recipe.tasks, reader.refuse)
    if recipe.domains and recipe.options.upsample is not Upsampling.BILINEAR:
        reader.refuse('options.upsample', 'is not for a network of several domains')
    limit = recipe.options.limit
    for i, stream in enumerate(recipe.streams):
        if limit and (stream.crop[0] > limit[0] or stream.crop[1] > limit[1]):
            reader.refuse(f'streams[{i}].crop', f'is beyond options.largest, {list(limit)}')
    start = recipe.start
    places = (start.imagenet, start.model, start.checkpoint, start.recipe)
    if len([place for place in places if place]) > 1:
        reader.refuse('start', 'must name one of imagenet, model, checkpoint and recipe')


def _check_losses(recipe: Recipe, reader: Reader) -> None:
    losses = recipe.losses
    if losses.berhu_over not in ('all', 'valid', 'image'):
        reader.refuse('losses.berhu_over', 'must be all, valid or image')
    known = {item.name for item in recipe.classes}
    for name, weight in losses.class_weights.items():
        if name not in known or not weight >= 0:
            reader.refuse(f'losses.class_weights.{name}', 'must be a class, with a factor from 0')
    if unknown := set(losses.beyond_range) - known:
        reader.refuse('losses.beyond_range', f'has {", ".join(sorted(unknown))}, no class here')
    if recipe.domains and losses.beyond_range:
        reader.refuse('losses.beyond_range', 'is not for a network of several domains')
    if unknown := set(losses.labels.without) - known:
        reader.refuse('losses.labels.without', f'has {", ".join(sorted(unknown))}, no class here')
    if losses.labels.weight and (recipe.domains or len(losses.labels.without) >= len(known)):
        reader.refuse('losses.labels', 'needs classes to ask for, and no domains')
    if losses.labels.weight < 0 or min(losses.labels.grid) < 1:
        reader.refuse('losses.labels', 'needs a weight from 0 and a grid of at least 1 by 1')
    if unknown := set(losses.fixed) - {task.value for task in recipe.tasks}:
        reader.refuse('losses.fixed', f'has {", ".join(sorted(unknown))}, which is no task here')
    if losses.fixed and losses.weighting is not Weighting.FIXED:
        reader.refuse('losses.fixed', f'has no effect with weighting: {losses.weighting.value}')


def _check_sets(recipe: Recipe, reader: Reader) -> None:
    if not recipe.streams or not all(stream.data for stream in recipe.streams):
        reader.refuse('streams', 'must have at least one stream, each with at least one set')
    places: list[tuple[str, Any]] = [
        (f'streams[{i}].data[{j}]', data)
        for i, stream in enumerate(recipe.streams)
        for j, data in enumerate(stream.data)
    ]
    places += [(f'validation[{i}]', data) for i, data in enumerate(recipe.validation)]
    names: list[str | None] = [domain.name for domain in recipe.domains]
    for where, data in places:
        if data.domain not in (names or [None]):
            known = (
                f'one of {", ".join(map(str, names))}'
                if names
                else 'left out: there are no domains'
            )
            reader.refuse(f'{where}.domain', f'must be {known}')
        domain = domain_of(recipe, data.domain)
        classes = [item.name for item in recipe.classes[domain.start : domain.stop]]
        for target in data.classes.values():
            if target is not None and target not in classes:
                close = difflib.get_close_matches(target, classes, n=1)
                hint = f'did you mean {close[0]}?' if close else f'known: {", ".join(classes)}'
                reader.refuse(f'{where}.classes', f'names {target}, no class here; {hint}')
