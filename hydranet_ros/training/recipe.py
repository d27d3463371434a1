# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Load a training recipe and refuse one that is not right in itself. Needs no torch."""

from __future__ import annotations

from dataclasses import asdict
from enum import Enum
import os
from pathlib import Path
from typing import Any

from hydranet_ros.errors import HydranetError
from hydranet_ros.resources import config_dir
from hydranet_ros.training.datasets.classes import BY_DATA_SET
from hydranet_ros.training.recipe_checks import check_recipe
from hydranet_ros.training.recipe_fields import read_mapping
from hydranet_ros.training.recipe_fields import Reader
from hydranet_ros.training.recipe_types import Recipe
from hydranet_ros.zoo.card import load_card

# What may change between a run and its continuation: it does not enter the result.
FREE = frozenset(
    {
        'accelerator',
        'cache_mb',
        'card',
        'channels_last',
        'checkpoint_every',
        'compile',
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
    check_recipe(recipe, reader)
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


def _find(text: str) -> Path:
    if text.endswith(('.yaml', '.yml')):
        path = Path(os.path.expanduser(text))
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
