# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""From the classes of a teacher to those of the training, as a YAML file says."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field
from functools import cached_property
import os
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from hydranet_ros.errors import HydranetError
from hydranet_ros.resources import config_dir
from hydranet_ros.training.datasets.classes import check_classes
from hydranet_ros.training.datasets.sample import IGNORE
from hydranet_ros.training.recipe_fields import read_mapping
from hydranet_ros.training.recipe_fields import Reader
from hydranet_ros.zoo import imagenet
from hydranet_ros.zoo.card_types import SemanticClass
from hydranet_ros.zoo.checksums import sha256


@dataclass(frozen=True)
class InputOptions:
    """Say what a teacher of floats sees: (RGB / 255 - mean) / std, of `size` (height, width).

    By default ImageNet's statistics; size None: as the teacher's file says.
    """

    mean: tuple[float, float, float] = imagenet.MEAN
    std: tuple[float, float, float] = imagenet.STD
    size: tuple[int, int] | None = None


@dataclass(frozen=True)
class ClassMap:
    """Map the teacher's class ids to those of `classes`.

    targets: for each teacher's class in the order of its ids the id in `classes`, 255 = none.
    """

    path: Path
    sources: tuple[str, ...]
    targets: tuple[int, ...]
    classes: tuple[SemanticClass, ...]
    input: InputOptions = field(default_factory=InputOptions)

    @cached_property
    def pooling(self) -> npt.NDArray[np.float32]:
        """Sum probabilities: float32 (teacher's classes, classes + 1); the last one is none."""
        pooling = np.zeros((len(self.sources), len(self.classes) + 1), np.float32)
        for source, target in enumerate(self.targets):
            pooling[source, len(self.classes) if target == IGNORE else target] = 1
        return pooling

    @cached_property
    def table(self) -> npt.NDArray[np.uint8]:
        """The class of every label id: uint8 (256,), 255 for what there is not."""
        table = np.full(256, IGNORE, np.uint8)
        table[: len(self.targets)] = self.targets
        return table

    @property
    def provenance(self) -> dict[str, Any]:
        """The map in words."""
        names = [None if t == IGNORE else self.classes[t].name for t in self.targets]
        return {
            'file': self.path.name,
            'sha256': sha256(self.path),
            'classes': [[source, name] for source, name in zip(self.sources, names, strict=True)],
        }


@dataclass(frozen=True)
class _Content:
    """What the file holds."""

    classes: tuple[SemanticClass, ...]
    teacher: tuple[dict[str, str | None], ...]
    input: InputOptions = field(default_factory=InputOptions)


def find_class_map(name: str, root: Path) -> Path:
    """Return the path of a class map: a file below `root`, or one of the project's by name."""
    own = root / os.path.expanduser(name)
    if own.is_file():
        return own
    shipped = config_dir() / 'training' / f'{Path(name).name.removesuffix(".yaml")}.yaml'
    if Path(name).parent == Path() and shipped.is_file():
        return shipped
    raise HydranetError(f'There is no class map {own}; check the path.')


def read_class_map(path: Path) -> ClassMap:
    """Read a class map; HydranetError names the file and what is wrong with it.

    The YAML file has `classes`, a list of {name, color}, and `teacher`, a list of one
    {teacher's class: class or null} for each of the teacher's ids in order; it may have `input`,
    a mapping of the fields of InputOptions.
    """
    reader = Reader(path)
    content: _Content = reader.read(_Content, read_mapping(path))
    check_classes(content.classes, reader)
    _check_input(content.input, reader)
    ids = {item.name: number for number, item in enumerate(content.classes)}
    sources, targets = [], []
    for place, item in enumerate(content.teacher):
        if len(item) != 1:
            reader.refuse(f'teacher[{place}]', f'must be one {{class: class}}, not {item!r}')
        source, name = next(iter(item.items()))
        if name is not None and name not in ids:
            reader.refuse(
                f'teacher[{place}].{source}', f'is {name!r}, which is none of {", ".join(ids)}'
            )
        sources.append(source)
        targets.append(IGNORE if name is None else ids[name])
    if not ids or not 0 < len(sources) <= IGNORE:
        reader.refuse('classes and teacher', f'must list 1 to {IGNORE} classes each')
    return ClassMap(path, tuple(sources), tuple(targets), content.classes, content.input)


def _check_input(options: InputOptions, reader: Reader) -> None:
    for key, values in (('std', options.std), ('size', options.size or (1, 1))):
        if min(values) <= 0:
            reader.refuse(f'input.{key}', 'must be above 0')
