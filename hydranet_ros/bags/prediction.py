# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""A bag in, the same bag with our topics out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from pathlib import Path
from typing import Any
from typing import TYPE_CHECKING

from hydranet_ros.bags import types
from hydranet_ros.bags.choices import check_collisions
from hydranet_ros.bags.choices import choose_outputs
from hydranet_ros.bags.choices import choose_topics
from hydranet_ros.bags.choices import IMAGES
from hydranet_ros.bags.reading import BagReader
from hydranet_ros.bags.reading import DamagedBag
from hydranet_ros.bags.stream import beside
from hydranet_ros.bags.stream import Stream
from hydranet_ros.bags.writing import BagWriter
from hydranet_ros.errors import FrameError

if TYPE_CHECKING:
    from collections.abc import Callable

    from rosbags.interfaces import Connection

    from hydranet_ros.perception import Perception


@dataclass
class BagReport:
    """What was done: messages kept, images predicted, and sentences on what went wrong."""

    kept: int = 0
    answered: int = 0
    problems: list[str] = field(default_factory=list)


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
        self._taken = 0
        self.report = BagReport()
        self._find_first_infos()

    def run(self, on_message: Callable[[], object] = lambda: None) -> BagReport:
        """Go through the bag; what could be read of a damaged one is written, and reported."""
        try:
            for connection, recorded, data in self._reader.messages():
                self._writer.keep(connection, recorded, data)
                self.report.kept += 1
                self._follow(connection, recorded, data)
                on_message()
        except DamagedBag as error:
            self.report.problems.append(str(error))
        self._writer.finish()
        for sentence, times in self._damaged.items():
            self.report.problems.append(f'{times} images were left out: {sentence}')
        self.report.problems += sorted(self._problems)
        for stream in self._streams.values():
            self.report.problems += sorted(stream.problems)
        return self.report

    def _follow(self, connection: Connection, recorded: int, data: bytes) -> None:
        if connection.topic in self._infos and connection.msgtype == types.CAMERA_INFO:
            self._set_info(connection.topic, data)
        stream = self._streams.get(connection.topic)
        if stream is None or connection.msgtype not in IMAGES:
            return
        if self._limit is not None and self._taken >= self._limit:
            return
        try:
            self.report.answered += stream.answer(data, connection.msgtype, recorded)
            self._taken += 1
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


def predict_bag(
    perception: Perception,
    source: Path,
    out: Path,
    topics: Sequence[str] = (),
    wanted: Sequence[str] = (),
    *,
    fx: float | None = None,
    limit: int | None = None,
    progress: Callable[[int], Callable[[], object]] = lambda count: lambda: None,
) -> BagReport:
    """Write the bag `source` and the model's outputs for some of its image topics to `out`.

    topics: image topics; none: the only one. wanted: outputs; none: DEFAULT. fx: px, in place of
    camera_info's. progress: takes the number of messages, gives what is called after each.
    HydranetError for what cannot be done; `out` is not there then.
    """
    with BagReader(source) as reader:
        chosen = choose_topics(reader, topics)
        names = choose_outputs(perception, wanted)
        with BagWriter(out, reader) as writer:
            work = BagPrediction(perception, reader, writer, chosen, names, fx=fx, limit=limit)
            return work.run(progress(reader.count))
