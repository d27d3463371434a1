# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Bags as rosbags reads them, with sentences for what can be wrong with one."""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from hydranet_ros.errors import first_line
from hydranet_ros.errors import HydranetError

if TYPE_CHECKING:
    from rosbags.interfaces import Connection

STORAGES = {'.mcap': 'mcap', '.db3': 'sqlite3'}
_METADATA = 'metadata.yaml'
_COMPRESSED = '.zstd'  # the end of a file that rosbag2 has compressed as a whole


class DamagedBag(HydranetError):  # noqa: N818 - a bag, not a program error
    """Report a bag that cannot be read to its end."""


def is_bag(path: Path) -> bool:
    """Tell by the names of files whether a path is a ROS 2 bag, damaged or not."""
    if path.is_dir():
        return (path / _METADATA).is_file() or any(
            _storage(one) is not None for one in path.iterdir()
        )
    return path.suffix in STORAGES


class BagReader:
    """Read one bag: a folder with metadata.yaml, or one .mcap or .db3 file.

    Attributes:
        connections: topic, type, definition and QoS of what was recorded.
        count: messages that the bag announces.
        storage: 'mcap' or 'sqlite3'.
        compressed_messages: whether each message was compressed (they are read decompressed).

    """

    def __init__(self, path: Path) -> None:
        try:
            from rosbags.rosbag2 import Reader
        except ModuleNotFoundError as error:
            raise HydranetError(
                f"reading bags needs rosbags ({error}): pip install 'hydranet_ros[bags]'."
            ) from error
        self.path = path
        if path.is_dir() and not (path / _METADATA).is_file():
            raise DamagedBag(
                f"the bag '{path}' has no {_METADATA}: its recording did not end properly. Make "
                f'one with `ros2 bag reindex {path}`, or give the .mcap or .db3 file itself.'
            )
        try:
            self._reader = Reader(path)
            self._reader.open()
        except Exception as error:
            raise self._damaged(error, 'cannot be opened') from error
        self.connections: list[Connection] = list(self._reader.connections)
        self.count = int(self._reader.message_count)
        files = path.iterdir() if path.is_dir() else [path]
        self.storage = next(found for one in files if (found := _storage(one)))
        self.compressed_messages = self._reader.compression_mode == 'message'

    def messages(
        self, connections: Collection[Connection] = ()
    ) -> Iterator[tuple[Connection, int, bytes]]:
        """Give connection, time of recording (ns) and CDR of each message, of all topics or some.

        DamagedBag where the bag ends before its end.
        """
        iterator = iter(self._reader.messages(connections))
        read = 0
        while True:
            try:
                found = next(iterator)
            except StopIteration:
                break
            except Exception as error:
                raise self._damaged(error, f'is damaged after {read} messages') from error
            read += 1
            yield found
        if not connections and read < self.count:
            raise DamagedBag(
                f"the bag '{self.path}' announces {self.count} messages, but only {read} could be "
                f'read. {self._remedy()}'
            )

    def close(self) -> None:
        """Close the files."""
        self._reader.close()

    def __enter__(self) -> BagReader:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _damaged(self, error: Exception, what: str) -> DamagedBag:
        return DamagedBag(f"the bag '{self.path}' {what}: {first_line(error)}. {self._remedy()}")

    def _remedy(self) -> str:
        return (
            'What is left of it can be saved with `mcap recover FILE.mcap`, of a .db3 with '
            '`sqlite3 FILE.db3 .recover`, and then `ros2 bag reindex`.'
        )


def _storage(file: Path) -> str | None:
    name = file.with_suffix('') if file.suffix == _COMPRESSED else file
    return STORAGES.get(name.suffix)
