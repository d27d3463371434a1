# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Which classes are similar, and which one is the background."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
import difflib
from pathlib import Path

from hydranet_ros.evaluation.class_mapping import class_key
from hydranet_ros.training.datasets.classes import CAMVID
from hydranet_ros.training.datasets.classes import CITYSCAPES
from hydranet_ros.training.datasets.classes import VOC
from hydranet_ros.training.recipe_fields import read_mapping
from hydranet_ros.training.recipe_fields import Reader
from hydranet_ros.zoo.card_types import SemanticClass

Groups = dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class ClassGroups:
    """Names of classes by the name of their group, and that of the background, if there is one.

    A class in no group is similar to none. source: where they are from, in words.
    """

    groups: Groups = field(default_factory=dict)
    background: str | None = None
    source: str = ''

    def group_of(self, name: str) -> str | None:
        """Return the group of a class; None for a class of its own."""
        key = class_key(name)
        for group, members in self.groups.items():
            if key in map(class_key, members):
                return group
        return None

    def is_background(self, name: str) -> bool:
        """Tell whether a class is the background."""
        return self.background is not None and class_key(name) == class_key(self.background)


def groups_of(classes: Sequence[SemanticClass]) -> ClassGroups:
    """Return the built-in groups of a data set's classes; none for classes that have none."""
    return _BUILT_IN.get(tuple(one.name for one in classes), ClassGroups())


def read_groups(path: Path, known: Sequence[str]) -> ClassGroups:
    """Read `groups: {NAME: [CLASS, ...]}` and `background: CLASS` from a YAML file.

    known: the names of all classes that there are. HydranetError names the key that is wrong.
    """
    reader = Reader(path)
    found: _File = reader.read(_File, read_mapping(path))
    names = {class_key(name): name for name in known}
    seen: dict[str, str] = {}
    stated = [(f'groups.{group}', one) for group, many in found.groups.items() for one in many]
    if found.background is not None:
        stated.append(('background', found.background))
    for where, name in stated:
        key = class_key(name)
        if key not in names:
            near = difflib.get_close_matches(key, names, n=1)
            advice = f'did you mean {names[near[0]]}?' if near else f'there are {", ".join(known)}'
            reader.refuse(
                where,
                f'names the class {name}, which neither the data set nor the model has; {advice}',
            )
        if key in seen:
            reader.refuse(where, f'names the class {name}, which {seen[key]} has already')
        seen[key] = where
    return ClassGroups(found.groups, found.background, str(path))


@dataclass(frozen=True)
class _File:
    groups: Groups = field(default_factory=dict)
    background: str | None = None


def _names(classes: Sequence[SemanticClass]) -> tuple[str, ...]:
    return tuple(one.name for one in classes)


_BUILT_IN = {
    _names(VOC): ClassGroups(
        {
            'vehicles': ('aeroplane', 'bicycle', 'boat', 'bus', 'car', 'motorbike', 'train'),
            'animals': ('bird', 'cat', 'cow', 'dog', 'horse', 'sheep'),
            'indoor': (
                'bottle',
                'chair',
                'dining table',
                'potted plant',
                'sofa',
                'tv monitor',
            ),
        },
        'background',
        'built in for Pascal VOC',
    ),
    _names(CITYSCAPES): ClassGroups(
        {
            'flat': ('road', 'sidewalk'),
            'construction': ('building', 'wall', 'fence'),
            'object': ('pole', 'traffic light', 'traffic sign'),
            'nature': ('vegetation', 'terrain'),
            'human': ('person', 'rider'),
            'vehicle': ('car', 'truck', 'bus', 'train', 'motorcycle', 'bicycle'),
        },
        source="Cityscapes' own",
    ),
    _names(CAMVID): ClassGroups(
        {
            'flat': ('road', 'pavement'),
            'construction': ('building', 'fence'),
            'object': ('pole', 'sign'),
            'human': ('pedestrian', 'bicyclist'),
        },
        source="ours for CamVid's 11 classes, after Cityscapes' groups",
    ),
}
