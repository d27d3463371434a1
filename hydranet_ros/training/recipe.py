# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Load a training recipe and refuse one that is not right in itself. Needs no torch."""

from __future__ import annotations

from dataclasses import asdict
import difflib
from enum import Enum
from pathlib import Path
from typing import Any

from hydranet_ros.errors import HydranetError
from hydranet_ros.resources import config_dir
from hydranet_ros.training.datasets.classes import BY_DATA_SET
from hydranet_ros.training.recipe_fields import read_mapping
from hydranet_ros.training.recipe_fields import Reader
from hydranet_ros.training.recipe_types import Recipe
from hydranet_ros.zoo.card import load_card
from hydranet_ros.zoo.card_types import Domain
from hydranet_ros.zoo.card_types import Task

# What may change between a run and its continuation: it does not enter the result.
FREE = frozenset(
    {
        'accelerator',
        'cache_mb',
        'card',
        'channels_last',
        'checkpoint_every',
        'compile',
        'prepare',
        'workers',
    }
)


def load_recipe(name_or_path: str | Path) -> Recipe:
    """Load a recipe by its name in config/training or by the path of a .yaml file.

    HydranetError where there is none, or naming the file and the key that is wrong.
    """
    path = _find(str(name_or_path))
    mapping = read_mapping(path)
    reader = Reader(path)
    _take_classes(mapping, reader)
    recipe = reader.read(Recipe, mapping)
    _check(recipe, reader)
    return recipe


def list_recipes() -> list[str]:
    """Return the names of the recipes in config/training, sorted."""
    paths = (config_dir() / 'training').glob('*.yaml')
    return sorted(path.stem for path in paths if 'streams' in read_mapping(path))


def plain(value: Any) -> Any:
    """Return a recipe (or a part of one) as dicts, lists, texts and numbers."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return plain(asdict(value)) if hasattr(value, '__dataclass_fields__') else value


def differences(old: dict[str, Any], new: Recipe, path: Path) -> list[str]:
    """Say in which keys a recipe differs from the plain one in `path`, in those of the result.

    What the old one does not state, because it is older than a key, has the default.
    """
    was, now = plain(Reader(path).read(Recipe, old)), plain(new)
    return [
        f'{where}: {before} became {after}'
        for key in now
        if key not in FREE
        for where, before, after in _changes(key, was[key], now[key])
    ]


def domain_of(recipe: Recipe, name: str | None) -> Domain:
    """Return the slice of the classes that a set's labels mean: all where there are no domains."""
    for domain in recipe.domains:
        if domain.name == name:
            return domain
    return Domain('', 0, len(recipe.classes), recipe.depth)


def _find(text: str) -> Path:
    if text.endswith(('.yaml', '.yml')):
        path = Path(text).expanduser()
        if not path.is_file():
            raise HydranetError(f'There is no recipe {path}; check the path.')
        return path
    path = config_dir() / 'training' / f'{text}.yaml'
    if not path.is_file():
        raise HydranetError(
            f'There is no recipe {text!r}; choose one of {", ".join(list_recipes())}, or give '
            'the path of a recipe (.yaml).'
        )
    return path


def _take_classes(mapping: dict[str, Any], reader: Reader) -> None:
    """Take the classes of the data set, or classes and domains of the model, in `classes_of`."""
    if (name := mapping.pop('classes_of', None)) is None:
        return
    if not isinstance(name, str):
        reader.refuse('classes_of', 'must name a data set or a model')
    if name in BY_DATA_SET:
        mapping.setdefault('classes', plain(list(BY_DATA_SET[name])))
        return
    card = load_card(name)
    mapping.setdefault('classes', plain(list(card.classes)))
    mapping.setdefault('domains', plain(list(card.domains)))


def _check(recipe: Recipe, reader: Reader) -> None:
    tasks = set(recipe.tasks)
    if not tasks or len(tasks) != len(recipe.tasks):
        reader.refuse('tasks', 'must name at least one task, and none of them twice')
    if (Task.SEMANTIC in tasks) != bool(recipe.classes) or len(recipe.classes) > 255:
        reader.refuse('classes', 'must list 1 to 255 classes with the task semantic, else none')
    if (Task.DEPTH in tasks) != (recipe.depth is not None):
        reader.refuse('depth', 'must be given with the task depth, and only then')
    for where, depth in [
        ('depth', recipe.depth),
        *((f'domains[{i}].depth', domain.depth) for i, domain in enumerate(recipe.domains)),
    ]:
        if depth is not None and depth.focal_length_px is None:
            reader.refuse(
                f'{where}.focal_length_px',
                'must be the focal length (pixels) of the camera that depths are to be metric for',
            )
    if not recipe.streams or not all(stream.data for stream in recipe.streams):
        reader.refuse('streams', 'must have at least one stream, each with at least one set')
    start = recipe.start
    if len([place for place in (start.imagenet, start.model, start.checkpoint) if place]) > 1:
        reader.refuse('start', 'must name one of imagenet, model and checkpoint')
    for key in ('epochs', 'devices', 'num_nodes', 'checkpoint_every'):
        if getattr(recipe, key) < 1:
            reader.refuse(key, 'must be at least 1')
    if recipe.ema is not None and not 0 < recipe.ema < 1:
        reader.refuse('ema', 'must lie between 0 and 1, or be null')
    if recipe.select and not recipe.validation:
        reader.refuse('select', 'needs a validation set to measure on')
    if recipe.losses.berhu_over not in ('all', 'valid', 'image'):
        reader.refuse('losses.berhu_over', 'must be all, valid or image')
    known = {item.name for item in recipe.classes}
    for name, weight in recipe.losses.class_weights.items():
        if name not in known or not weight >= 0:
            reader.refuse(f'losses.class_weights.{name}', 'must be a class, with a factor from 0')
    if unknown := set(recipe.losses.beyond_range) - known:
        reader.refuse('losses.beyond_range', f'has {", ".join(sorted(unknown))}, no class here')
    if recipe.domains and recipe.losses.beyond_range:
        reader.refuse('losses.beyond_range', 'is not for a network of several domains')
    if unknown := set(recipe.losses.fixed) - {task.value for task in tasks}:
        reader.refuse('losses.fixed', f'has {", ".join(sorted(unknown))}, which is no task here')
    _check_sets(recipe, reader)


def _check_sets(recipe: Recipe, reader: Reader) -> None:
    places: list[tuple[str, Any]] = [
        (f'streams[{i}].data[{j}]', data)
        for i, stream in enumerate(recipe.streams)
        for j, data in enumerate(stream.data)
    ]
    places += [(f'validation[{i}]', data) for i, data in enumerate(recipe.validation)]
    names: list[str | None] = [domain.name for domain in recipe.domains]
    for where, data in places:
        if data.batch < 1:
            reader.refuse(f'{where}.batch', 'must be at least 1')
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


def _changes(where: str, was: Any, now: Any) -> list[tuple[str, Any, Any]]:
    if isinstance(was, dict) and isinstance(now, dict):
        return [
            change
            for key in {**was, **now}
            for change in _changes(f'{where}.{key}', was.get(key), now.get(key))
        ]
    if isinstance(was, list) and isinstance(now, list) and len(was) == len(now):
        pairs = enumerate(zip(was, now, strict=True))
        return [c for i, (a, b) in pairs for c in _changes(f'{where}[{i}]', a, b)]
    return [] if was == now else [(where, was, now)]
