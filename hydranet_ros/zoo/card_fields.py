# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Typed access to the fields of a model card, with errors that name the file and the field."""

from __future__ import annotations

from collections.abc import Iterable
import math
from pathlib import Path
from typing import Any
from typing import NoReturn
from typing import TypeVar

from hydranet_ros.errors import HydranetError
from hydranet_ros.plain_yaml import read_plain_yaml

T = TypeVar('T')


class Fields:
    """One YAML mapping; every field is read once, and `finish` refuses those nobody read."""

    def __init__(self, mapping: Any, path: Path, prefix: str = '') -> None:
        self._path = path
        self._prefix = prefix
        if not isinstance(mapping, dict):
            self._refuse(prefix or 'the card', f'must be a mapping, not {_shown(mapping)}')
        self._left: dict[Any, Any] = dict(mapping)

    @classmethod
    def of_file(cls, path: Path) -> Fields:
        """Read a YAML file; HydranetError where it cannot be read or is no mapping."""
        try:
            content = read_plain_yaml(path)
        except ValueError as error:
            raise HydranetError(f'{path} cannot be read as a model card: {error}.') from error
        return cls(content, path)

    def text(self, key: str) -> str:
        """Return a non-empty string."""
        value = self._take(key)
        if not isinstance(value, str) or not value.strip():
            self.refuse(key, f'must be a text, not {_shown(value)}')
        return value.strip()

    def optional_text(self, key: str) -> str | None:
        """Return a non-empty string, or None where the field is null or absent."""
        return None if self._absent(key) else self.text(key)

    def flag(self, key: str) -> bool:
        """Return true or false."""
        value = self._take(key)
        if not isinstance(value, bool):
            self.refuse(key, f'must be true or false, not {_shown(value)}')
        return value

    def integer(self, key: str) -> int:
        """Return an integer of at least 0."""
        value = self._take(key)
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            self.refuse(key, f'must be an integer of at least 0, not {_shown(value)}')
        return value

    def optional_integer(self, key: str) -> int | None:
        """Return an integer of at least 0, or None where the field is null or absent."""
        return None if self._absent(key) else self.integer(key)

    def number(self, key: str) -> float:
        """Return a finite number."""
        return self._as_number(key, self._take(key))

    def optional_number(self, key: str) -> float | None:
        """Return a finite number, or None where the field is null or absent."""
        return None if self._absent(key) else self.number(key)

    def triple(self, key: str) -> tuple[float, float, float]:
        """Return three finite numbers."""
        value = self._take(key)
        if not isinstance(value, list) or len(value) != 3:
            self.refuse(key, f'must be a list of three numbers, not {_shown(value)}')
        first, second, third = (self._as_number(key, item) for item in value)
        return first, second, third

    def items(self, key: str) -> list[Any]:
        """Return a list; an absent field is an empty one."""
        if self._absent(key):
            return []
        value = self._take(key)
        if not isinstance(value, list):
            self.refuse(key, f'must be a list, not {_shown(value)}')
        return value

    def mapping(self, key: str) -> dict[str, Any]:
        """Return a mapping as it is; an absent field is an empty one."""
        if self._absent(key):
            return {}
        value = self._take(key)
        if not isinstance(value, dict):
            self.refuse(key, f'must be a mapping, not {_shown(value)}')
        return {str(name): item for name, item in value.items()}

    def children(self, key: str) -> Iterable[Fields]:
        """Yield the mappings of a list, each with its own place in the error messages."""
        for index, item in enumerate(self.items(key)):
            yield Fields(item, self._path, f'{self._prefix}{key}[{index}].')

    def child(self, key: str) -> Fields:
        """Return a nested mapping."""
        return Fields(self._take(key), self._path, f'{self._prefix}{key}.')

    def optional_child(self, key: str) -> Fields | None:
        """Return a nested mapping, or None where the field is null or absent."""
        return None if self._absent(key) else self.child(key)

    def finish(self, value: T) -> T:
        """Return `value`; HydranetError for fields that nobody read, misspelt ones mostly."""
        if self._left:
            unknown = ', '.join(f'{self._prefix}{key}' for key in self._left)
            raise HydranetError(
                f'Model card {self._path}: unknown field {unknown}; correct or remove it.'
            )
        return value

    def refuse(self, key: str, reason: str) -> NoReturn:
        """Raise the HydranetError of a field."""
        self._refuse(self._prefix + key, reason)

    def _refuse(self, field: str, reason: str) -> NoReturn:
        raise HydranetError(f'Model card {self._path}: {field.rstrip(".")} {reason}.')

    def _absent(self, key: str) -> bool:
        if self._left.get(key) is not None:
            return False
        self._left.pop(key, None)
        return True

    def _take(self, key: str) -> Any:
        if key not in self._left:
            self.refuse(key, 'is missing')
        return self._left.pop(key)

    def _as_number(self, key: str, value: Any) -> float:
        try:
            number = float(value) if isinstance(value, int | float) else math.nan
        except OverflowError:
            number = math.inf
        if isinstance(value, bool) or not math.isfinite(number):
            self.refuse(key, f'must be a finite number, not {_shown(value)}')
        return number


def _shown(value: Any) -> str:
    try:
        text = repr(value)
    except ValueError:  # an integer of thousands of digits
        text = f'a number of type {type(value).__name__}'
    return text if len(text) <= 60 else text[:57] + '...'
