# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Load model cards and refuse those that are not right in themselves.

A card is models/NAME.yaml, or models/NAME/NAME.yaml beside what belongs to it.
"""

from __future__ import annotations

import os
from pathlib import Path
import re
from typing import Any

from hydranet_ros.errors import HydranetError
from hydranet_ros.networks.genotypes import canonical_options
from hydranet_ros.networks.options import NetworkOptions
from hydranet_ros.resources import models_dir
from hydranet_ros.zoo.card_checks import check_card
from hydranet_ros.zoo.card_checks import check_depth
from hydranet_ros.zoo.card_checks import check_weights
from hydranet_ros.zoo.card_checks import MODEL_FILE_SUFFIX
from hydranet_ros.zoo.card_fields import Fields
from hydranet_ros.zoo.card_types import DepthRange
from hydranet_ros.zoo.card_types import Domain
from hydranet_ros.zoo.card_types import Figure
from hydranet_ros.zoo.card_types import ModelCard
from hydranet_ros.zoo.card_types import SemanticClass
from hydranet_ros.zoo.card_types import Task
from hydranet_ros.zoo.card_types import WeightsSource

__all__ = [
    'MODEL_FILE_SUFFIX',
    'DepthRange',
    'Domain',
    'Figure',
    'ModelCard',
    'SemanticClass',
    'Task',
    'WeightsSource',
    'list_cards',
    'load_card',
]

_NAME = re.compile(r'[A-Za-z0-9][A-Za-z0-9_-]*')
_HEX = {'sha256': re.compile(r'[0-9a-f]{64}'), 'git_blob': re.compile(r'[0-9a-f]{40}')}


def list_cards() -> list[str]:
    """Return the names of the cards in the models folder, sorted."""
    folder = models_dir()
    names = {path.stem for path in [*folder.glob('*.yaml'), *folder.glob('*/*.yaml')]}
    return sorted(name for name in names if _of_name(name) is not None)


def load_card(name_or_path: str | Path) -> ModelCard:
    """Load a card by its name in the models folder or by the path of a .yaml file.

    HydranetError where there is no such card, or naming the file and the field that is wrong.
    """
    path = _find(name_or_path)
    return _read(Fields.of_file(path), path.absolute())


def _find(name_or_path: str | Path) -> Path:
    text = str(name_or_path)
    if isinstance(name_or_path, Path) or text.endswith(('.yaml', '.yml')):
        path = Path(os.path.expanduser(name_or_path))
        if not os.path.isfile(path):
            raise HydranetError(f'There is no model card {path}; check the path.')
        return path
    found = _of_name(text) if _NAME.fullmatch(text) else None
    if found is None:
        raise HydranetError(
            f'There is no model {text!r} in {models_dir()}; choose one of '
            f'{", ".join(list_cards())}, or give the path of a card (.yaml).'
        )
    return found


def _of_name(name: str) -> Path | None:
    for place in (Path(), Path(name)):
        path = models_dir() / place / f'{name}.yaml'
        if os.path.isfile(path):
            return path
    return None


def _read(fields: Fields, path: Path) -> ModelCard:
    tasks = tuple(_task(fields, item) for item in fields.items('tasks'))
    if not tasks or len(set(tasks)) != len(tasks):
        fields.refuse('tasks', 'must name at least one task, and none of them twice')
    depth = fields.optional_child('depth')
    architecture = fields.text('architecture')
    card = ModelCard(
        name=path.stem,
        title=fields.text('title'),
        architecture=architecture,
        tasks=tasks,
        classes=tuple(_class(child) for child in fields.children('classes')),
        mean=fields.triple('mean'),
        std=fields.triple('std'),
        depth=_depth(depth) if depth else None,
        normals_axes=fields.optional_text('normals_axes'),
        domains=tuple(_domain(child) for child in fields.children('domains')),
        training_data=fields.text('training_data'),
        licence=fields.text('licence'),
        licence_note=fields.text('licence_note'),
        figures=tuple(_figure(child) for child in fields.children('figures')),
        weights=_weights(fields.child('weights')),
        path=path,
        sample_frames=fields.optional_text('sample_frames'),
        options=_options(fields, architecture),
    )
    check_card(card, fields)
    return fields.finish(card)


def _options(fields: Fields, architecture: str) -> NetworkOptions:
    stated = fields.mapping('options')
    try:
        return canonical_options(architecture, NetworkOptions.of(stated))
    except (ValueError, TypeError) as error:
        fields.refuse('options', f'are none of a network: {_clause(error)}')
    except HydranetError as error:
        fields.refuse('options', f'do not fit the architecture: {_clause(error)}')


def _clause(error: Exception) -> str:
    return str(error).rstrip('.')


def _task(fields: Fields, value: Any) -> Task:
    try:
        return Task(value)
    except ValueError:
        fields.refuse(
            'tasks', f'has {value!r}; known are {", ".join(task.value for task in Task)}'
        )


def _class(fields: Fields) -> SemanticClass:
    color = [int(value) if value == int(value) else -1 for value in fields.triple('color')]
    if not all(0 <= value <= 255 for value in color):
        fields.refuse('color', 'must be three integers of 0 to 255 (RGB)')
    return fields.finish(SemanticClass(fields.text('name'), (color[0], color[1], color[2])))


def _depth(fields: Fields) -> DepthRange:
    depth = DepthRange(
        min_m=fields.number('min_m'),
        max_m=fields.number('max_m'),
        metric=fields.flag('metric'),
        focal_length_px=fields.optional_number('focal_length_px'),
    )
    check_depth(depth, fields.refuse)
    return fields.finish(depth)


def _domain(fields: Fields) -> Domain:
    depth = fields.optional_child('depth')
    return fields.finish(
        Domain(
            name=fields.text('name'),
            start=fields.integer('start'),
            stop=fields.integer('stop'),
            depth=_depth(depth) if depth else None,
        )
    )


def _figure(fields: Fields) -> Figure:
    return fields.finish(
        Figure(
            metric=fields.text('metric'),
            value=fields.number('value'),
            unit=fields.optional_text('unit'),
            data=fields.text('data'),
            source=fields.text('source'),
        )
    )


def _weights(fields: Fields) -> WeightsSource:
    weights = WeightsSource(
        location=fields.text('location'),
        sha256=_hex(fields, 'sha256'),
        git_blob=_hex(fields, 'git_blob'),
        size=fields.optional_integer('size'),
        family=fields.optional_text('family'),
        lost=fields.optional_text('lost'),
    )
    check_weights(weights, fields)
    return fields.finish(weights)


def _hex(fields: Fields, key: str) -> str | None:
    value = fields.optional_text(key)
    if value is not None and not _HEX[key].fullmatch(value):
        fields.refuse(key, f'must be lower-case hexadecimal: {_HEX[key].pattern}')
    return value
