# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""A bag that is whole or not there: written beside its place, and moved to it at the end."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
import shutil
from types import TracebackType
from typing import Any
from typing import Final
from typing import TYPE_CHECKING
from uuid import uuid4

from hydranet_ros.bags.types import definition_of
from hydranet_ros.bags.types import make_typestore
from hydranet_ros.errors import first_line
from hydranet_ros.errors import HydranetError

if TYPE_CHECKING:
    from rosbags.interfaces import Connection

    from hydranet_ros.bags.reading import BagReader

_METADATA_VERSION: Final = 8  # of Iron, read by Humble to Kilted


class BagWriter:
    """Write a bag in the storage format of another one, whose topics it takes over.

    A context manager: `finish` makes it the bag at `path`, or at another one; without that nothing
    is left of it.

    Attributes:
        written: messages so far.

    """

    def __init__(self, path: Path, source: BagReader) -> None:
        from rosbags.rosbag2 import StoragePlugin
        from rosbags.rosbag2 import Writer
        from rosbags.rosbag2.enums import CompressionFormat
        from rosbags.rosbag2.enums import CompressionMode

        self.path = path
        try:
            taken = path.exists()
        except OSError as error:
            raise self._refused(error) from error
        if taken:
            raise HydranetError(f"'{path}' exists already; choose another --out, or remove it.")
        self.store = make_typestore()
        self._draft = path.with_name(f'{path.name[:100]}.{uuid4().hex}.part')
        self._kept: dict[int, Connection] = {}
        self.written = 0
        self._writer = Writer(
            self._draft,
            version=_METADATA_VERSION,
            storage_plugin=StoragePlugin[source.storage.upper()],
        )
        if source.compressed_messages:
            self._writer.set_compression(CompressionMode.MESSAGE, CompressionFormat.ZSTD)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._writer.open()
            for one in source.connections:
                self._kept[one.id] = self._take_over(one)
        except Exception as error:
            self._discard()
            raise self._refused(error) from error

    def add_topic(self, topic: str, msgtype: str, *, latched: bool = False) -> Connection:
        """Add a topic of ours: reliable, depth 1; latched: transient local."""
        return self._writer.add_connection(
            topic, msgtype, typestore=self.store, offered_qos_profiles=[_offer(latched)]
        )

    def keep(self, connection: Connection, recorded: int, data: bytes) -> None:
        """Write a message of the other bag as it is; recorded: ns."""
        self._write(self._kept[connection.id], recorded, data)

    def write(self, connection: Connection, recorded: int, message: Any) -> None:
        """Write a message of ours; recorded: ns."""
        data = self.store.serialize_cdr(message, connection.msgtype)
        self._write(connection, recorded, data)

    def write_again(self, connection: Connection, recorded: int, data: bytes) -> Connection:
        """Write a message of an unfinished copy as it is; return its connection here."""
        same = [
            one
            for one in self._writer.connections
            if (one.topic, one.msgtype) == (connection.topic, connection.msgtype)
        ]
        exact = [one for one in same if one.ext == connection.ext]
        found = (exact or same)[0]
        self._write(found, recorded, data)
        return found

    def finish(self, path: Path | None = None, custom: Mapping[str, str] | None = None) -> None:
        """Complete the bag and put it where it belongs, in place of an older one only at `path`.

        custom: what metadata.yaml is to say beside the rest.
        """
        target = path or self.path
        try:
            for key, text in (custom or {}).items():
                self._writer.set_custom_data(key, text)
            self._writer.close()
            for file in list(self._draft.iterdir()):
                file.rename(file.with_name(file.name.replace(self._draft.name, target.name)))
            metadata = self._draft / 'metadata.yaml'
            text = metadata.read_text(encoding='utf-8')
            metadata.write_text(text.replace(self._draft.name, target.name), encoding='utf-8')
            if path is not None:
                shutil.rmtree(path, ignore_errors=True)
            self._draft.rename(target)
        except Exception as error:
            raise self._refused(error) from error

    def __enter__(self) -> BagWriter:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._discard()

    def _discard(self) -> None:
        self._writer.abort()
        shutil.rmtree(self._draft, ignore_errors=True)

    def _take_over(self, one: Connection) -> Connection:
        definition, digest = definition_of(one, self.store)
        recorded: Any = one.ext
        same = [
            kept
            for kept in self._kept.values()
            if (kept.topic, kept.msgtype, kept.ext) == (one.topic, one.msgtype, one.ext)
        ]
        return (
            same[0]
            if same
            else self._writer.add_connection(
                one.topic,
                one.msgtype,
                msgdef=definition,
                rihs01=digest,
                serialization_format=recorded.serialization_format,
                offered_qos_profiles=recorded.offered_qos_profiles,
            )
        )

    def _write(self, connection: Connection, recorded: int, data: bytes | memoryview) -> None:
        try:
            self._writer.write(connection, recorded, data)
            self.written += 1
        except Exception as error:
            raise self._refused(error) from error

    def _refused(self, error: Exception) -> HydranetError:
        return HydranetError(f"the bag '{self.path}' cannot be written: {first_line(error)}.")


def _offer(latched: bool) -> Any:
    from rosbags.interfaces import Qos
    from rosbags.interfaces import QosDurability
    from rosbags.interfaces import QosHistory
    from rosbags.interfaces import QosLiveliness
    from rosbags.interfaces import QosReliability
    from rosbags.interfaces import QosTime

    forever = QosTime(0x7FFFFFFF, 0xFFFFFFFF)
    return Qos(
        QosHistory.KEEP_LAST,
        1,
        QosReliability.RELIABLE,
        QosDurability.TRANSIENT_LOCAL if latched else QosDurability.VOLATILE,
        forever,
        forever,
        QosLiveliness.AUTOMATIC,
        forever,
        False,
    )
