# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Read the numbers of a genotype: what the searches' controllers emit. Needs no torch."""

from enum import Enum
import json
from typing import Any
from typing import NoReturn
from typing import TypeVar

from hydranet_ros.errors import HydranetError

Choice = TypeVar('Choice', bound=Enum)


def refuse(where: str, reason: str) -> NoReturn:
    """Raise the HydranetError of what is wrong at `where` of a genotype."""
    raise HydranetError(f'The genotype is wrong at {where}: {reason}.')


def parse(text: str) -> Any:
    """Read a genotype's text, nested lists of numbers; HydranetError where it is none."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise HydranetError(
            f'The genotype {text[:60]!r} is neither a published name nor lists of numbers '
            f'({error}).'
        ) from error


def items(value: Any, where: str, count: int | None = None) -> list[Any]:
    """Return the items of a list, of which there must be `count`, or else at least one."""
    if not isinstance(value, list | tuple) or not value or len(value) != (count or len(value)):
        refuse(where, f'there must be a list of {count or "at least 1"}, not {value!r}')
    return list(value)


def index(value: Any, where: str, size: int) -> int:
    """Return a whole number from 0 to below `size`."""
    if type(value) is not int or not 0 <= value < size:
        refuse(where, f'there must be a whole number from 0 to {size - 1}, not {value!r}')
    return int(value)


def choice(kind: type[Choice], value: Any, where: str) -> Choice:
    """Return the member that has this number."""
    return list(kind)[index(value, where, len(kind))]


def number(member: Enum) -> int:
    """Return the number of a member."""
    return list(type(member)).index(member)
