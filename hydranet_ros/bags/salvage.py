# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Bag files that were cut off, read from their beginning to where the damage is.

Their index is lost or wrong: of MCAP the records are read one after the other (MCAP
specification, "Data section"), of sqlite3 the rows in the order of their ids.
"""

from __future__ import annotations

from abc import ABC
from abc import abstractmethod
from collections.abc import Collection
from collections.abc import Iterator
import contextlib
from pathlib import Path
import sqlite3
from typing import Any
from typing import TYPE_CHECKING
from urllib.parse import quote

from hydranet_ros.bags.chunks import records_of
from hydranet_ros.errors import HydranetError

if TYPE_CHECKING:
    from rosbags.interfaces import Connection
    from rosbags.interfaces import Qos

Row = tuple[int, int, bytes]  # connection, time of recording in ns, CDR
_PAGE_SIZE, _PAGES = slice(16, 18), slice(28, 32)  # of the header of a sqlite3 file


class Salvage(ABC):
    """One damaged file.

    Attributes:
        connections: topics that were found.
        message_count: messages that can be read, at most.
        refused: a sentence on what was left unread though it may be no damage; '' where nothing.

    """

    def __init__(self, path: Path) -> None:
        """Look through the file; HydranetError where nothing in it can be read."""
        self.path = path
        self.connections: list[Connection] = []
        self.message_count = 0
        self.refused = ''
        with contextlib.suppress(OSError):
            self._scan()
        if not self.message_count:
            raise HydranetError(f"No message of '{path}' can be read. {self.refused}".rstrip())

    def messages(
        self, connections: Collection[Connection] = ()
    ) -> Iterator[tuple[Connection, int, bytes]]:
        """Give connection, time of recording (ns) and CDR of each message that is left."""
        wanted = {one.id: one for one in connections or self.connections}
        for number, recorded, data in self._rows():
            if number in wanted:
                yield wanted[number], recorded, data

    def close(self) -> None:
        """Return at once: no file is held open."""
        return

    @abstractmethod
    def _scan(self) -> None:
        """Find the connections and count the messages."""

    @abstractmethod
    def _rows(self) -> Iterator[Row]:
        """Give the messages up to the damage."""

    def _add(self, number: int, topic: str, kind: str, qos: str, definition: str = '') -> None:
        from rosbags.interfaces import Connection
        from rosbags.interfaces import ConnectionExtRosbag2
        from rosbags.interfaces import MessageDefinition
        from rosbags.interfaces import MessageDefinitionFormat

        form = MessageDefinitionFormat.MSG if definition else MessageDefinitionFormat.NONE
        described = MessageDefinition(form, definition)
        ext = ConnectionExtRosbag2('cdr', _profiles(qos))
        owner: Any = self
        self.connections.append(Connection(number, topic, kind, described, '', 0, ext, owner))


class McapSalvage(Salvage):
    """An .mcap without its end."""

    def _scan(self) -> None:
        from mcap.records import Channel
        from mcap.records import Message
        from mcap.records import Schema

        schemas: dict[int, Schema] = {}
        known: set[int] = set()
        for record in self._records():
            if isinstance(record, Schema):
                schemas[record.id] = record
            elif isinstance(record, Channel) and record.id not in known:
                schema = schemas.get(record.schema_id)
                if schema is None or record.message_encoding != 'cdr':
                    continue
                known.add(record.id)
                text = schema.data.decode('utf-8', 'replace')
                qos = record.metadata.get('offered_qos_profiles', '')
                messages = schema.encoding == 'ros2msg'
                self._add(record.id, record.topic, schema.name, qos, text if messages else '')
            elif isinstance(record, Message) and record.channel_id in known:
                self.message_count += 1

    def _rows(self) -> Iterator[Row]:
        from mcap.records import Message

        for record in self._records():
            if isinstance(record, Message):
                yield record.channel_id, record.log_time, record.data

    def _records(self) -> Iterator[Any]:
        """Give schemas, channels and messages; end where the file makes no sense any more."""
        from mcap.records import Chunk
        from mcap.stream_reader import StreamReader

        limit = self.path.stat().st_size
        with self.path.open('rb') as file:
            records = StreamReader(file, emit_chunks=True, record_size_limit=limit).records
            while True:
                try:
                    record = next(records)
                    inner = records_of(record) if isinstance(record, Chunk) else [record]
                except HydranetError as error:
                    self.refused = str(error)
                    return
                except Exception:  # the end of the file, or what its damage makes of it
                    return
                yield from inner


class SqliteSalvage(Salvage):
    """A .db3 of which the last pages are missing."""

    def _scan(self) -> None:
        with contextlib.suppress(sqlite3.DatabaseError), self._open() as database:
            for row in database.execute('SELECT id, name, type, offered_qos_profiles FROM topics'):
                self._add(*row)
        with contextlib.suppress(sqlite3.DatabaseError), self._open() as database:
            for _ in database.execute('SELECT id FROM messages NOT INDEXED ORDER BY id'):
                self.message_count += 1

    def _rows(self) -> Iterator[Row]:
        query = 'SELECT topic_id, timestamp, data FROM messages NOT INDEXED ORDER BY id'
        with contextlib.suppress(sqlite3.DatabaseError), self._open() as database:
            yield from database.execute(query)

    def _open(self) -> contextlib.closing[sqlite3.Connection]:
        name = f'file:{quote(str(self.path.absolute()))}?mode=ro&immutable=1'
        database = sqlite3.connect(name, uri=True)
        # Else SQLite takes no look into a file that is shorter than its header says.
        database.execute('PRAGMA writable_schema = ON')
        return contextlib.closing(database)


def salvage(path: Path) -> Salvage:
    """Look for what is left of a .mcap or .db3 file; HydranetError where that is nothing."""
    kinds = {'.mcap': McapSalvage, '.db3': SqliteSalvage}
    if path.suffix not in kinds:
        raise HydranetError(f"'{path}' is no .mcap or .db3 file")
    return kinds[path.suffix](path)


def _profiles(text: str) -> list[Qos]:
    """Read offered QoS profiles; none where the text is not of rosbag2, for messages need none."""
    from rosbags.rosbag2.metadata import parse_qos

    try:
        return parse_qos(text)
    except Exception:  # of any kind: rosbags takes the text for well-formed
        return []


def is_cut_off(path: Path) -> bool:
    """Tell whether a .db3 is shorter than its header says, which readers find out late or never.

    SQLite file format, section 1.3: the page size is in bytes 16 and 17, 1 standing for 65536, the
    number of pages in bytes 28 to 31.
    """
    if path.suffix != '.db3':
        return False
    with path.open('rb') as file:
        header = file.read(100)
    size = int.from_bytes(header[_PAGE_SIZE], 'big')
    pages = int.from_bytes(header[_PAGES], 'big')
    return path.stat().st_size < pages * (65536 if size == 1 else size)
