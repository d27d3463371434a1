# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Read a YAML mapping into dataclasses by their type hints; errors name the file and the key."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from dataclasses import is_dataclass
from dataclasses import MISSING
import difflib
from enum import Enum
import math
from pathlib import Path
from types import UnionType
from typing import Any
from typing import get_args
from typing import get_origin
from typing import get_type_hints
from typing import NoReturn
from typing import Union

import yaml

from hydranet_ros.errors import HydranetError


class _UniqueKeys(yaml.SafeLoader):
    """Refuse a key that stands twice, of which PyYAML keeps the last (YAML 1.2.2, 3.2.1.1)."""

    def compose_mapping_node(self, anchor: Any) -> yaml.MappingNode:
        node: yaml.MappingNode = super().compose_mapping_node(anchor)
        seen: set[str] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode):
                if key.value in seen:
                    raise yaml.MarkedYAMLError(
                        problem=f'the key {key.value} stands twice', problem_mark=key.start_mark
                    )
                seen.add(key.value)
        return node


def read_mapping(path: Path) -> dict[str, Any]:
    """Return the mapping in a YAML file; HydranetError where there is none."""
    try:
        content = yaml.load(path.read_text(encoding='utf-8'), _UniqueKeys)
    except (OSError, ValueError, yaml.YAMLError) as error:
        reason = ' '.join(str(error).split())
        raise HydranetError(f'{path} cannot be read: {reason}.') from error
    if not isinstance(content, dict):
        raise HydranetError(f'{path} must be a mapping, not {_shown(content)}.')
    return content


class Reader:
    """Turns plain YAML values into the types that dataclasses ask for."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self, kind: Any, value: Any, where: str = '') -> Any:
        """Return `value` as `kind`: a dataclass, enum, tuple, dict, union with None, or scalar."""
        origin = get_origin(kind)
        if origin in (Union, UnionType):
            inner = [part for part in get_args(kind) if part is not type(None)]
            return None if value is None else self.read(inner[0], value, where)
        if origin is tuple:
            return self._tuple(get_args(kind), value, where)
        if origin is dict:
            return self._dict(get_args(kind)[1], value, where)
        if is_dataclass(kind):
            return self._dataclass(kind, value, where)
        if issubclass(kind, Enum):
            return self._enum(kind, value, where)
        return self._scalar(kind, value, where)

    def refuse(self, where: str, reason: str) -> NoReturn:
        """Raise the HydranetError of the key at `where`."""
        raise HydranetError(f'{self._path}: {where} {reason}.')

    def below(self, where: str) -> Callable[[str, str], NoReturn]:
        """Return `refuse` for the keys of the mapping at `where`."""
        return lambda key, reason: self.refuse(_at(where, key), reason)

    def _dataclass(self, kind: Any, value: Any, where: str) -> Any:
        if not isinstance(value, dict):
            self.refuse(where, f'must be a mapping, not {_shown(value)}')
        hints = get_type_hints(kind)
        for key in value:
            if key not in hints:
                self.refuse(_at(where, key), f'is no key here; {_advice(str(key), hints)}')
        found = {}
        for item in fields(kind):
            if item.name in value:
                found[item.name] = self.read(
                    hints[item.name], value[item.name], _at(where, item.name)
                )
            elif item.default is MISSING and item.default_factory is MISSING:
                self.refuse(_at(where, item.name), 'is missing')
        return kind(**found)

    def _tuple(self, kinds: tuple[Any, ...], value: Any, where: str) -> tuple[Any, ...]:
        if not isinstance(value, list):
            self.refuse(where, f'must be a list, not {_shown(value)}')
        if kinds[1] is Ellipsis:
            kinds = (kinds[0],) * len(value)
        if len(value) != len(kinds):
            self.refuse(where, f'must have {len(kinds)} items, not {len(value)}')
        pairs = zip(kinds, value, strict=True)
        return tuple(self.read(k, item, f'{where}[{i}]') for i, (k, item) in enumerate(pairs))

    def _dict(self, kind: Any, value: Any, where: str) -> dict[str, Any]:
        if not isinstance(value, dict):
            self.refuse(where, f'must be a mapping, not {_shown(value)}')
        return {str(key): self.read(kind, item, _at(where, key)) for key, item in value.items()}

    def _enum(self, kind: type[Enum], value: Any, where: str) -> Enum:
        try:
            return kind(value)
        except ValueError:
            known = ', '.join(str(item.value) for item in kind)
            self.refuse(where, f'must be one of {known}, not {_shown(value)}')

    def _scalar(self, kind: type, value: Any, where: str) -> Any:
        named, check = _SCALARS[kind]
        if kind is float and isinstance(value, str):
            value = _number(value)  # YAML 1.1 takes 1e-3 for a text
        if not check(value):
            self.refuse(where, f'must be {named}, not {_shown(value)}')
        return kind(value)


def _number(text: str) -> Any:
    try:
        return float(text)
    except ValueError:
        return text


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


_SCALARS: dict[type, tuple[str, Callable[[Any], bool]]] = {
    bool: ('true or false', lambda value: isinstance(value, bool)),
    int: (
        'a whole number from 0',
        lambda value: isinstance(value, int) and not isinstance(value, bool) and value >= 0,
    ),
    float: ('a number', _is_number),
    str: ('a text', lambda value: isinstance(value, str) and bool(value.strip())),
}


def _at(where: str, key: Any) -> str:
    return f'{where}.{key}' if where else str(key)


def _advice(key: str, known: dict[str, Any]) -> str:
    close = difflib.get_close_matches(key, known, n=1, cutoff=0.5)
    return f'did you mean {close[0]}?' if close else f'known are {", ".join(known)}'


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + '...'
