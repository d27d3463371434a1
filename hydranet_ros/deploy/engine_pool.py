# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The engines that stay in memory: one for each frame size and batch, built when first needed."""

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from dataclasses import replace
import logging
from threading import Lock

from hydranet_ros.deploy.build import build_engine
from hydranet_ros.deploy.build import Refused
from hydranet_ros.deploy.engine import Engine
from hydranet_ros.deploy.parity import Parity
from hydranet_ros.deploy.request import BuildRequest
from hydranet_ros.deploy.request import EngineSettings
from hydranet_ros.deploy.request import Shape
from hydranet_ros.deploy.selection import Choice
from hydranet_ros.deploy.selection import next_precision
from hydranet_ros.errors import HydranetError

_log = logging.getLogger(__name__)
KEPT = 8  # engines; cameras of any sizes, batched by size, need at most one for each camera


@dataclass(frozen=True)
class EngineInfo:
    """An engine in memory: what it takes, what it is, how it compares with fp32.

    refused: a sentence for each precision that was refused before this one was taken.
    """

    shape: Shape
    choice: Choice
    parity: Parity
    refused: tuple[str, ...] = ()


class EnginePool:
    """Engines of one model. Thread-safe: one is built and one is used at a time.

    While an engine is built the others can be used. `infos` tells of those in memory, that built
    last at the end. Where there are more than `kept`, that used longest ago goes.
    """

    def __init__(self, settings: EngineSettings, choice: Choice, kept: int = KEPT) -> None:
        self.infos: tuple[EngineInfo, ...] = ()
        self.kept = kept
        self._settings = settings
        self._asked = choice
        self._engines: OrderedDict[Shape, Engine] = OrderedDict()
        self._building = Lock()
        self._using = Lock()
        self._closed = False

    @property
    def choice(self) -> Choice:
        """What the engine built last is, before that what was asked for."""
        infos = self.infos
        return infos[-1].choice if infos else self._asked

    @property
    def refused(self) -> tuple[str, ...]:
        """A sentence for each engine that was refused, of the sizes in memory."""
        return tuple(dict.fromkeys(text for one in self.infos for text in one.refused))

    @property
    def description(self) -> str:
        """Backend, precision and device in words; where precisions differ, each with its size."""
        infos = self.infos
        precisions = {one.choice.precision.value: None for one in infos}
        parts = list(precisions) or [self._asked.precision.value]
        if len(parts) > 1:
            parts = [f'{one.choice.precision.value} for {one.shape}' for one in infos]
        return f'{self._asked.backend.value} {", ".join(parts)} on {self._asked.device}'

    @property
    def parity(self) -> str:
        """How the engines in memory compare with fp32, in words; '' where there are none."""
        infos = self.infos
        if len({one.parity.summary for one in infos}) == 1:
            return infos[0].parity.summary
        return '; '.join(f'{one.shape}: {one.parity.summary}' for one in infos)

    def info(self, shape: Shape) -> EngineInfo | None:
        """Give what is known of the engine of a shape; None where it is not in memory."""
        return next((one for one in self.infos if one.shape == shape), None)

    def request(self, shape: Shape) -> BuildRequest:
        """Say what is tried first for a shape: as for frames of its size, else as asked."""
        return self._requested(shape, self._like(shape).choice)

    def prepare(self, shape: Shape) -> None:
        """Build the engine of a shape, or load it from the cache, where it is not in memory."""
        if self._has(shape):
            return
        with self._building:
            if not self._has(shape):
                engine, info = self._built(shape)
                self._keep(engine, info)

    @contextmanager
    def use(self, shape: Shape) -> Iterator[Engine]:
        """Give the engine of a shape to this thread, and none to any other meanwhile."""
        while True:
            with self._using:
                if self._has(shape):
                    self._engines.move_to_end(shape)
                    yield self._engines[shape]
                    return
            self.prepare(shape)

    def close(self) -> None:
        """Free the engines; later calls raise HydranetError. One being built is freed after it."""
        with self._using:
            self._closed = True
            self.infos = ()
            while self._engines:
                self._engines.popitem()[1].close()

    def _has(self, shape: Shape) -> bool:
        if self._closed:
            raise HydranetError('This Perception is closed; load it again.')
        return shape in self._engines

    def _like(self, shape: Shape) -> EngineInfo:
        """Give what is known of frames of that size: batches of one size shall answer alike."""
        known = (one for one in self.infos if one.shape[:2] == shape[:2])
        return next(known, EngineInfo(shape, self._asked, Parity()))

    def _built(self, shape: Shape) -> tuple[Engine, EngineInfo]:
        """Build in the chosen precision, or in the next one where that differs too much."""
        like = self._like(shape)
        choice, refused = like.choice, like.refused
        while True:
            try:
                engine = build_engine(self._requested(shape, choice))
            except Refused as refusal:
                lower = next_precision(choice)
                if lower is None:
                    raise
                sentence = f'{refusal} {lower.value} is taken in its place.'
                _log.warning('%s', sentence)
                refused = (*refused, sentence)
                reason = f'{choice.precision.value} differs too much from fp32'
                choice = replace(choice, precision=lower, reason=reason)
            else:
                return engine, EngineInfo(shape, choice, engine.parity, refused)

    def _requested(self, shape: Shape, choice: Choice) -> BuildRequest:
        return self._settings.request(shape, choice.backend, choice.precision)

    def _keep(self, engine: Engine, info: EngineInfo) -> None:
        with self._using:
            if self._closed:
                engine.close()
            self._has(info.shape)  # raises where it is closed
            self._engines[info.shape] = engine
            while len(self._engines) > max(1, self.kept):
                self._engines.popitem(last=False)[1].close()
            # replaced as a whole, for those who read it meanwhile
            left = tuple(one for one in self.infos if one.shape in self._engines)
            self.infos = (*left, info)
