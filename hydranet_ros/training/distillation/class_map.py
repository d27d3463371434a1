# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""From the classes of a teacher to those of the training, as a YAML file says."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import yaml

from hydranet_ros.errors import HydranetError
from hydranet_ros.resources import config_dir
from hydranet_ros.training.datasets.sample import IGNORE
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


def find_class_map(name: str, root: Path) -> Path:
    """Return the path of a class map: a file below `root`, or one of the project's by name."""
    own = root / Path(name).expanduser()
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
    try:
        content = yaml.safe_load(path.read_text(encoding='utf-8'))
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise _refused(path, ' '.join(str(error).split())) from error
    if not isinstance(content, dict) or set(content) - {'input'} != {'classes', 'teacher'}:
        raise _refused(path, 'it must have the keys classes and teacher, and may have input')
    classes = tuple(_class_of(item, path) for item in _listed(content['classes'], path))
    ids = {item.name: number for number, item in enumerate(classes)}
    if len(ids) != len(classes) or len(classes) >= IGNORE:
        raise _refused(path, f'classes must be at most {IGNORE - 1}, each with its own name')
    sources, targets = [], []
    for item in _listed(content['teacher'], path):
        if not isinstance(item, dict) or len(item) != 1:
            raise _refused(path, f'teacher must list one {{class: class}} each, not {item!r}')
        source, name = next(iter(item.items()))
        if name is not None and name not in ids:
            raise _refused(path, f'{source} becomes {name!r}, which is none of {", ".join(ids)}')
        sources.append(str(source))
        targets.append(IGNORE if name is None else ids[name])
    options = _options_of(content.get('input', {}), path)
    return ClassMap(path, tuple(sources), tuple(targets), classes, options)


def _options_of(content: Any, path: Path) -> InputOptions:
    lengths = {'mean': 3, 'std': 3, 'size': 2}
    if not isinstance(content, dict) or set(content) - set(lengths):
        raise _refused(path, f'input may have {", ".join(lengths)}, not {content!r}')
    for key, value in content.items():
        numbers = isinstance(value, list) and all(isinstance(v, int | float) for v in value)
        if not numbers or len(value) != lengths[key] or (key != 'mean' and min(value) <= 0):
            raise _refused(path, f'input.{key} must be {lengths[key]} numbers, not {value!r}')
    numbers_of = {key: tuple(value) for key, value in content.items()}
    if 'size' in content:
        numbers_of['size'] = tuple(int(value) for value in content['size'])
    return InputOptions(**numbers_of)


def _class_of(item: Any, path: Path) -> SemanticClass:
    try:
        red, green, blue = (int(value) for value in item['color'])
        if not all(0 <= value <= 255 for value in (red, green, blue)):
            raise ValueError
        return SemanticClass(str(item['name']), (red, green, blue))
    except (TypeError, ValueError, KeyError):
        raise _refused(
            path, f'a class needs a name and a color of three numbers 0 to 255, not {item!r}'
        ) from None


def _listed(value: Any, path: Path) -> list[Any]:
    if not isinstance(value, list) or not value:
        raise _refused(path, f'classes and teacher must be lists, not {value!r}')
    return value


def _refused(path: Path, reason: str) -> HydranetError:
    return HydranetError(f'The class map {path} cannot be used: {reason}.')
