# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Go through a bag: keep its messages, predict some of its images."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Any
from typing import TYPE_CHECKING

from hydranet_ros.bags import types
from hydranet_ros.bags.choices import check_collisions
from hydranet_ros.bags.choices import IMAGES
from hydranet_ros.bags.files import DamagedBag
from hydranet_ros.bags.interruption import Interruption
from hydranet_ros.bags.reading import BagReader
from hydranet_ros.bags.stream import beside
from hydranet_ros.bags.stream import Stream
from hydranet_ros.bags.unfinished import Progress
from hydranet_ros.bags.writing import BagWriter
from hydranet_ros.errors import FrameError
from hydranet_ros.outputs import LABEL_INFO

if TYPE_CHECKING:
    from collections.abc import Callable

    from rosbags.interfaces import Connection

    from hydranet_ros.perception import Perception


class BagPrediction:
    """Copy a bag, with the outputs of a model for some of its image topics.

    Args:
        perception: the model.
        reader: the bag.
        writer: the new one.
        topics: to predict, and their types.
        wanted: outputs, names of TOPICS.
        fx: px, in place of that of camera_info.
        limit: images to take in all; None: all. The rest is copied.

    """

    def __init__(
        self,
        perception: Perception,
        reader: BagReader,
        writer: BagWriter,
        topics: dict[str, str],
        wanted: Sequence[str],
        *,
        fx: float | None = None,
        limit: int | None = None,
    ) -> None:
        self._reader, self._writer, self._limit = reader, writer, limit
        check_collisions(reader, topics, wanted)
        self._streams = {topic: Stream(perception, writer, topic, wanted, fx) for topic in topics}
        self._infos: dict[str, list[Stream]] = {}
        for topic, stream in self._streams.items():
            self._infos.setdefault(beside(topic, 'camera_info'), []).append(stream)
        self._damaged: Counter[str] = Counter()
        self._problems: set[str] = set()
        self.progress = Progress()
        self._find_first_infos()

    def resume(self, path: Path, progress: Progress) -> None:
        """Take over what an interrupted run has left; HydranetError where it cannot be read."""
        labels = {beside(topic, LABEL_INFO): one for topic, one in self._streams.items()}
        with BagReader(path) as left:
            for connection, recorded, data in islice(left.messages(), progress.written):
                self._writer.write_again(connection, recorded, data)
                if connection.topic in labels:
                    labels[connection.topic].labelled = True
        self.progress = progress

    def run(
        self, on_message: Callable[[], object] = lambda: None, stop: Interruption | None = None
    ) -> bool:
        """Go through the bag, up to where it is damaged; False where it was stopped before."""
        progress = self.progress
        done = progress.kept
        if self._reader.damage:
            self._problems.add(self._reader.damage)
        try:
            for place, (connection, recorded, data) in enumerate(self._reader.messages()):
                if place < done:
                    self._follow_info(connection, data)
                    on_message()
                    continue
                if stop is not None and stop.requested:
                    return False
                self._writer.keep(connection, recorded, data)
                self._follow_info(connection, data)
                self._follow_image(connection, recorded, data)
                progress.kept, progress.written = place + 1, self._writer.written
                on_message()
        except DamagedBag as error:
            self._problems.add(str(error))
        return True

    def problems(self) -> list[str]:
        """Return a sentence on each thing that went wrong, those of earlier runs first."""
        found = [f'{n} images were left out: {text}' for text, n in self._damaged.items()]
        found += sorted(self._problems)
        for stream in self._streams.values():
            found += sorted(stream.problems)
        return list(dict.fromkeys([*self.progress.problems, *found]))

    def _follow_info(self, connection: Connection, data: bytes) -> None:
        if connection.topic in self._infos and connection.msgtype == types.CAMERA_INFO:
            self._set_info(connection.topic, data)

    def _follow_image(self, connection: Connection, recorded: int, data: bytes) -> None:
        stream, progress = self._streams.get(connection.topic), self.progress
        if stream is None or connection.msgtype not in IMAGES:
            return
        if self._limit is not None and progress.taken >= self._limit:
            return
        try:
            progress.answered += stream.answer(data, connection.msgtype, recorded)
            progress.taken += 1
        except FrameError as error:
            self._damaged[f'{connection.topic}: {error}'] += 1

    def _find_first_infos(self) -> None:
        """Take each camera's first calibration for the images before it."""
        for connection in self._reader.connections:
            if connection.topic in self._infos and connection.msgtype == types.CAMERA_INFO:
                try:
                    _, _, data = next(self._reader.messages([connection]))
                except (StopIteration, DamagedBag):
                    continue
                self._set_info(connection.topic, data)

    def _set_info(self, topic: str, data: bytes) -> None:
        try:
            info: Any = self._writer.store.deserialize_cdr(data, types.CAMERA_INFO)
        except Exception:
            self._problems.add(f'a camera_info of {topic} is damaged and was not used.')
            return
        for stream in self._infos[topic]:
            stream.info = info
