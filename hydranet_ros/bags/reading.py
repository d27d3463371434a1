# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Bags as rosbags reads them, with sentences for what can be wrong with one."""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Iterator
import importlib.util
import os
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from hydranet_ros.bags.files import DamagedBag
from hydranet_ros.bags.files import files_of
from hydranet_ros.bags.files import METADATA
from hydranet_ros.bags.files import open_remains
from hydranet_ros.bags.files import open_whole
from hydranet_ros.bags.files import Part
from hydranet_ros.bags.files import REMEDY
from hydranet_ros.bags.files import storage_of
from hydranet_ros.bags.files import STORAGES
from hydranet_ros.errors import first_line
from hydranet_ros.errors import HydranetError

if TYPE_CHECKING:
    from rosbags.interfaces import Connection

_NEEDS = ('rosbags', 'mcap')


def is_bag(path: Path) -> bool:
    """Tell by the names of files whether a path is a ROS 2 bag, damaged or not.

    HydranetError for a folder that cannot be listed.
    """
    if os.path.isdir(path):  # False, not an error, for what can be no path
        return os.path.isfile(path / METADATA) or bool(files_of(path))
    return path.suffix in STORAGES


class BagReader:
    """Read one bag: a folder, or one .mcap or .db3 file; of a damaged one what can be read.

    Attributes:
        connections: topic, type, definition and QoS of what was recorded.
        count: messages that the bag announces.
        storage: 'mcap' or 'sqlite3'.
        compressed_messages: whether each message was compressed (they are read decompressed).
        custom: what a program has written into metadata.yaml.
        damage: a sentence on what is wrong with the bag as a whole; '' where nothing is.

    """

    def __init__(self, path: Path) -> None:
        for name in _NEEDS:
            if importlib.util.find_spec(name) is None:
                raise HydranetError(
                    f"reading bags needs {name}, missing here: pip install 'hydranet_ros[bags]'."
                )
        if not os.path.exists(path):
            raise HydranetError(f"there is no bag '{path}'; check the path.")
        self.path = path
        self.damage = ''
        self.compressed_messages = False
        self.custom: dict[str, str] = {}
        self._part: Part
        try:
            reader = self._part = open_whole(path)
            self.compressed_messages = reader.compression_mode == 'message'
            self.custom = dict(reader.storage.metadata.custom or {})
        except Exception as error:
            self._part, self.damage = open_remains(path, error)
        self.connections: list[Connection] = list(self._part.connections)
        self.count = int(self._part.message_count)
        self.storage = next(found for one in files_of(path) if (found := storage_of(one)))

    def messages(
        self, connections: Collection[Connection] = ()
    ) -> Iterator[tuple[Connection, int, bytes]]:
        """Give connection, time of recording (ns) and CDR of each message, of all topics or some.

        DamagedBag where the bag ends before its end.
        """
        iterator = iter(self._part.messages(connections))
        read = 0
        while True:
            try:
                found = next(iterator)
            except StopIteration:
                break
            except Exception as error:
                raise DamagedBag(
                    f"the bag '{self.path}' is damaged after {read} messages: "
                    f'{first_line(error)}. {REMEDY}'
                ) from error
            read += 1
            yield found
        if not connections and read < self.count:
            raise DamagedBag(
                f"the bag '{self.path}' announces {self.count} messages, but only {read} could be "
                f'read. {REMEDY}'
            )

    def close(self) -> None:
        """Close the files."""
        self._part.close()

    def __enter__(self) -> BagReader:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
