# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""One round of the worker: decode the frames, hand those of a size to its engine, publish."""

from collections.abc import Sequence
import time
from typing import Any

from hydranet_ros.batching import largest_batch
from hydranet_ros.batching import power_of_two
from hydranet_ros.batching import split
from hydranet_ros.deploy.engine import Timings
from hydranet_ros.deploy.request import Shape
from hydranet_ros.errors import FrameError
from hydranet_ros.errors import in_words
from hydranet_ros.frame_counts import Outcome
from hydranet_ros.perception import Perception
from hydranet_ros.prediction import Prediction
from hydranet_ros.ros.answering import FrameAnswerer
from hydranet_ros.ros.batch import predict_batch
from hydranet_ros.ros.engine_builder import EngineBuilder
from hydranet_ros.ros.frames import DecodedFrame
from hydranet_ros.ros.frames import Frame
from hydranet_ros.ros.slot import FrameSlot

LOG_PERIOD_S = 5.0
Size = tuple[int, int]


class Dispatcher:
    """Answer frames of several cameras with one network; belongs to the worker's thread.

    Args:
        perception: the network.
        builder: builds its engines.
        slot: is told what became of each frame.
        answerers: of the cameras, as the slot numbers them; an exception costs that frame only.
        logger: an rclpy logger.
        sizes: of the cameras' frames, as far as they are known from another network.

    Attributes:
        sizes: (height, width) of the frames of each camera that has its engine, else None.

    """

    def __init__(
        self,
        perception: Perception,
        builder: EngineBuilder,
        slot: FrameSlot[Frame],
        answerers: Sequence[FrameAnswerer],
        logger: Any,
        sizes: Sequence[Size | None] | None = None,
    ) -> None:
        self._perception = perception
        self._builder = builder
        self._slot = slot
        self._answerers = answerers
        self._logger = logger
        self.sizes: list[Size | None] = list(sizes or [None] * len(answerers))
        self._had_engine = [False] * len(answerers)
        self._free_since = time.perf_counter()

    @property
    def answering(self) -> bool:
        """Whether any camera has its engine."""
        return any(self.sizes)

    def most(self, asked: int) -> int:
        """Return how many frames to take at once; `asked`: the parameter max_batch."""
        return largest_batch(self._perception.choice, len(self._answerers), asked)

    def dispatch(self, taken: Sequence[tuple[int, Frame]]) -> None:
        """Answer the frames that have their engine, and hold the others until it is built."""
        by_size: dict[Size, list[tuple[int, DecodedFrame]]] = {}
        for camera, frame in taken:
            decoded = self._read(camera, frame)
            if decoded is None or not self._has_engine(camera, decoded):
                continue
            if decoded.wanted:
                by_size.setdefault(decoded.size, []).append((camera, decoded))
            else:
                self._slot.done(self._pass_on(camera, decoded), camera)
        for size, frames in by_size.items():
            for batch in self._batches(size, len(frames)):
                self._answer(frames[:batch])
                del frames[:batch]
                self._free_since = time.perf_counter()

    def _read(self, camera: int, frame: Frame) -> DecodedFrame | None:
        """Decode a frame; None where that was all that was to be done."""
        try:
            decoded = self._answerers[camera].read(frame, self.sizes[camera])
        except Exception as error:
            self._slot.done(self._skip(error, camera), camera)
            return None
        if decoded is None:
            self._slot.done(Outcome.UNWATCHED, camera)
        return decoded

    def _pass_on(self, camera: int, decoded: DecodedFrame) -> Outcome:
        try:
            self._answerers[camera].pass_on(decoded.frame.message, decoded.size)
        except Exception as error:
            return self._skip(error, camera)
        return Outcome.UNWATCHED

    def _has_engine(self, camera: int, decoded: DecodedFrame) -> bool:
        """Tell whether a frame can be predicted; else it is held until its engine is built."""
        shape = Shape(*decoded.size)
        # In this order: what is not asked for and not there can only be asked for here.
        asked = self._builder.asked(shape)
        if self._builder.ready(shape):
            self._had_engine[camera] = True
            if self.sizes[camera] != decoded.size:
                self.sizes[camera] = decoded.size
                self._slot.set_ready(True, camera)
            return True
        refusal = self._builder.refusal(shape)
        if refusal:
            self._slot.done(self._skip(FrameError(refusal), camera), camera)
            return False
        self.sizes[camera] = None
        if self._had_engine[camera] and not asked:
            self._answerers[camera].rebuilt += 1
        # Before the request: the end of the build releases what is held by then.
        self._slot.hold(camera, decoded.frame)
        if not self._builder.request(shape):
            self._slot.release()
        return False

    def _batches(self, size: Size, count: int) -> list[int]:
        """Return in which batches to predict `count` frames; the best one is asked for."""
        best = Shape(*size, power_of_two(count))
        if not self._builder.ready(best):
            self._builder.request(best)
        return split(count, lambda batch: self._builder.ready(Shape(*size, batch)))

    def _answer(self, frames: Sequence[tuple[int, DecodedFrame]]) -> None:
        batch = [(self._answerers[camera], decoded) for camera, decoded in frames]
        try:
            predictions = predict_batch(self._perception, batch)
        except Exception as error:
            outcome = self._skip(error, *(camera for camera, _ in frames))
            for camera, _ in frames:
                self._slot.done(outcome, camera)
            return
        timings = self._perception.timings
        for (camera, decoded), prediction in zip(frames, predictions, strict=True):
            self._slot.done(self._publish(camera, decoded, prediction, timings), camera)

    def _publish(
        self, camera: int, decoded: DecodedFrame, prediction: Prediction, timings: Timings
    ) -> Outcome:
        answerer = self._answerers[camera]
        try:
            published = answerer.publish(decoded, prediction, timings, self._free_since)
        except Exception as error:
            return self._skip(error, camera)
        return Outcome.ANSWERED if published else Outcome.DROPPED

    def _skip(self, error: Exception, *cameras: int) -> Outcome:
        text = in_words(error)
        self._logger.error(f'Image skipped: {text}', throttle_duration_sec=LOG_PERIOD_S)
        for camera in cameras:
            self._answerers[camera].skipped = text
        return Outcome.FAILED
