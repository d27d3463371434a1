# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The files of a bag as one: whole ones by rosbags, damaged ones as far as they can be read."""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from typing import Protocol
from typing import TYPE_CHECKING

from hydranet_ros.bags.salvage import is_cut_off
from hydranet_ros.bags.salvage import Salvage
from hydranet_ros.bags.salvage import salvage
from hydranet_ros.errors import first_line
from hydranet_ros.errors import HydranetError
from hydranet_ros.sources.pictures import natural_key

if TYPE_CHECKING:
    from rosbags.interfaces import Connection

STORAGES = {'.mcap': 'mcap', '.db3': 'sqlite3'}
METADATA = 'metadata.yaml'
REMEDY = (
    'What is left of it can be saved with `mcap recover FILE.mcap`, of a .db3 with '
    '`sqlite3 FILE.db3 .recover`, and then `ros2 bag reindex`.'
)
_COMPRESSED = '.zstd'  # the end of a file that rosbag2 has compressed as a whole


class DamagedBag(HydranetError):  # noqa: N818 - a bag, not a program error
    """Report a bag that cannot be read to its end."""


class Part(Protocol):
    """A bag, or one of its files, open."""

    @property
    def connections(self) -> list[Connection]:
        """Return what was recorded."""

    @property
    def message_count(self) -> int:
        """Return how many messages it announces."""

    def messages(self, connections: Collection[Connection] = ()) -> Iterator[Any]:
        """Give connection, time of recording (ns) and CDR of each message, of all or some."""

    def close(self) -> None:
        """Close the files."""


class JoinedFiles:
    """Read several files one after the other; the same topic in two of them is one."""

    def __init__(self, parts: Collection[Part]) -> None:
        self._parts = parts
        self._same: dict[tuple[str, str, Any], Connection] = {}
        for part in parts:
            for one in part.connections:
                joined = one._replace(id=len(self._same) + 1)
                self._same.setdefault(_identity(one), joined)
        self.connections = list(self._same.values())
        self.message_count = sum(part.message_count for part in parts)

    def messages(self, connections: Collection[Connection] = ()) -> Iterator[Any]:
        """Give connection, time of recording (ns) and CDR of each message, of all or some."""
        wanted = {one.id for one in connections or self.connections}
        for part in self._parts:
            chosen = [one for one in part.connections if self._same[_identity(one)].id in wanted]
            for one, recorded, data in part.messages(chosen) if chosen else ():
                yield self._same[_identity(one)], recorded, data

    def close(self) -> None:
        """Close the files."""
        for part in self._parts:
            part.close()


def storage_of(file: Path) -> str | None:
    """Return 'mcap' or 'sqlite3' by the name of a file, None for others."""
    name = file.with_suffix('') if file.suffix == _COMPRESSED else file
    return STORAGES.get(name.suffix)


def files_of(path: Path) -> list[Path]:
    """Return the files of a bag in natural order of their names.

    HydranetError where the folder cannot be listed.
    """
    try:
        found = list(path.iterdir()) if path.is_dir() else [path]
    except OSError as error:
        raise HydranetError(
            f"cannot read the folder '{path}': {error.strerror}. Check its rights."
        ) from error
    return sorted(filter(storage_of, found), key=lambda one: natural_key(one.name))


def open_whole(path: Path) -> Any:
    """Open a bag, or one of its files, by rosbags; its own exceptions say what is wrong."""
    from rosbags.rosbag2 import Reader

    if path.is_dir() and not (path / METADATA).is_file():
        raise DamagedBag(f'it has no {METADATA}, as its recording did not end properly')
    for file in files_of(path):
        if is_cut_off(file):
            raise DamagedBag(f'{file.name} is shorter than its header says')
    reader = Reader(path)
    reader.open()
    return reader


def open_remains(path: Path, error: Exception) -> tuple[Part, str]:
    """Open what is left of a bag that is not whole; return it and a sentence.

    DamagedBag where nothing is left.
    """
    reason = f"the bag '{path}' cannot be opened as it is: {first_line(error).rstrip('.')}."
    parts: list[Part] = []
    said = [reason]
    with ExitStack() as stack:
        for file in files_of(path):
            try:
                part = _open_file(file)
            except HydranetError as lack:
                said.append(str(lack))
                continue
            parts.append(part)
            stack.callback(part.close)
            if isinstance(part, Salvage) and part.refused:
                said.append(part.refused)
        joined = JoinedFiles(parts)
        if not joined.message_count:
            raise DamagedBag(' '.join([*said, REMEDY])) from error
        stack.pop_all()
    return joined, ' '.join([*said, 'What its files hold up to the damage was read.'])


def _open_file(file: Path) -> Part:
    try:
        return open_whole(file)
    except Exception:
        try:
            return salvage(file)
        except HydranetError:
            raise
        except Exception as error:  # what damage makes of a file has no end
            raise HydranetError(f"'{file}' cannot be read: {first_line(error)}.") from error


def _identity(one: Connection) -> tuple[str, str, Any]:
    return one.topic, one.msgtype, repr(one.ext)
