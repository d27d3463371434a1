# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""NOT TensorRT: what pybind11 accepts for a signature as its docstrings state it."""

from collections.abc import Callable
from dataclasses import dataclass
import inspect
from typing import Any

OPENING, CLOSING = '([{<', ')]}>'


@dataclass(frozen=True)
class Signature:
    """The parameters of 'name(self: type, name: type = default, ...) -> type'."""

    text: str
    parameters: inspect.Signature | None  # None: overloaded, anything goes
    types: dict[str, str]

    @classmethod
    def parse(cls, text: str) -> 'Signature':
        inside = text[text.index('(') + 1 : text.rindex(')', 0, end_of_parameters(text))]
        if '*args' in inside:
            return cls(text, None, {})
        parameters, types = [], {}
        for part in filter(None, split(inside)):
            name, _, rest = part.partition(':')
            kind, _, default = rest.partition(' = ')
            types[name.strip()] = kind.strip()
            parameters.append(
                inspect.Parameter(
                    name.strip(),
                    inspect.Parameter.POSITIONAL_OR_KEYWORD,
                    default=default or inspect.Parameter.empty,
                )
            )
        return cls(text, inspect.Signature(parameters, __validate_parameters__=False), types)

    def check(self, classes: dict[str, Any], arguments: tuple, keywords: dict) -> None:
        """Raise TypeError where pybind11 would."""
        if self.parameters is None:
            return
        try:
            bound = self.parameters.bind(*arguments, **keywords)
        except TypeError as error:
            raise TypeError(f'{self.text}: {error}') from None
        for name, value in bound.arguments.items():
            if name != 'self' and not fits(value, self.types[name], classes):
                raise TypeError(f'{self.text}: incompatible {name}: {value!r}')


def split(text: str) -> list[str]:
    """Split at the commas that no bracket encloses."""
    parts, depth, start = [], 0, 0
    for i, character in enumerate(text):
        depth += (character in OPENING) - (character in CLOSING)
        if character == ',' and depth == 0:
            parts.append(text[start:i].strip())
            start = i + 1
    return [*parts, text[start:].strip()]


def is_buffer(value: Any) -> bool:
    try:
        memoryview(value)
    except TypeError:
        return False
    return True


BASIC: dict[str, Callable[[Any], bool]] = {
    'int': lambda value: hasattr(value, '__index__'),
    'typing.SupportsInt': lambda value: hasattr(value, '__index__'),
    'float': lambda value: isinstance(value, (int, float)),
    'bool': lambda value: isinstance(value, bool),
    'str': lambda value: isinstance(value, str),
    'buffer': is_buffer,
    'typing_extensions.Buffer': is_buffer,
}


def fits(value: Any, kind: str, classes: dict[str, Any]) -> bool:
    """Tell whether a value is of a type as pybind11 writes it; unknown types take anything."""
    if kind in BASIC:
        return (kind == 'str' and value is None) or BASIC[kind](value)
    path = kind.replace('nvonnxparser::', '').replace('nvinfer1::', '').removeprefix('tensorrt.')
    known = classes.get(path)
    if known is None:
        return True
    return isinstance(value, known) or (value is None and not hasattr(known, '__members__'))


def end_of_parameters(text: str) -> int:
    return text.rindex(' -> ') if ' -> ' in text else len(text)
