# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The one thread that owns the network: it loads, builds, answers the newest frame, and frees."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
import threading
import time
from typing import Any
from typing import Protocol
from typing import TYPE_CHECKING

from sensor_msgs.msg import Image

from hydranet_ros.errors import FrameError
from hydranet_ros.errors import HydranetError
from hydranet_ros.ros.slot import FrameSlot
from hydranet_ros.ros.slot import Outcome

if TYPE_CHECKING:
    from hydranet_ros.perception import Perception

LOG_PERIOD_S = 5.0


@dataclass(frozen=True)
class Frame:
    """An image message and when its callback began (time.perf_counter, seconds)."""

    message: Image
    received: float


class WorkerState(str, Enum):
    """What the worker is at; the value is shown in diagnostics."""

    LOADING = 'loading the model'
    WAITING = 'waiting for the first image'
    BUILDING = 'building the engine'
    READY = 'ready'
    FAILED = 'failed'


class Answer(Protocol):
    """What is done with one frame, on the worker's thread."""

    def check(self, frame: Frame) -> None:
        """Raise HydranetError where the frame's message cannot be read."""

    def __call__(self, perception: Perception, frame: Frame, free_since: float) -> Outcome:
        """Return what became of the frame; the worker was free since then (perf_counter)."""


class Worker:
    """Run `answer` on the newest frame of a slot, with an engine built for the frame's size.

    Args:
        slot: where the frames come from; its counts are kept here.
        load: makes the Perception; called on the worker's thread.
        answer: answers one frame; an exception costs that frame only.
        on_failed: called on the worker's thread when loading or building fails.
        logger: an rclpy logger.

    Attributes:
        state: what the worker is at.
        error: the sentence of the failure, '' before one.
        perception: the loaded model, None before and after.
        stopped: whether nobody waits for the network any more.

    """

    def __init__(
        self,
        slot: FrameSlot[Frame],
        load: Callable[[], Perception],
        answer: Answer,
        on_failed: Callable[[], None],
        logger: Any,
    ) -> None:
        self._slot = slot
        self._load = load
        self._answer = answer
        self._on_failed = on_failed
        self._logger = logger
        self.state = WorkerState.LOADING
        self.error = ''
        self.stopped = False
        self.perception: Perception | None = None
        self._size: tuple[int, int] | None = None
        self._free_since = 0.0
        # A daemon, because the interpreter could not end while an engine is being built.
        self._thread = threading.Thread(target=self._run, name='perception', daemon=True)

    def start(self) -> None:
        """Begin to load."""
        self._thread.start()

    def stop(self, timeout_s: float) -> bool:
        """Finish the frame in hand, free the engine and end the thread.

        Returns:
            False where the thread still builds an engine; it frees it and ends when that is done.

        """
        self.stopped = True
        self._slot.close()
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        try:
            self.perception = self._load()
            self.state = WorkerState.WAITING
            while (frame := self._slot.take()) is not None:
                self._slot.done(self._handle(self.perception, frame))
                self._free_since = time.perf_counter()
        except HydranetError as error:
            self._fail(str(error))
        except Exception as error:
            self._fail(f'{type(error).__name__}: {error}')
        finally:
            perception, self.perception = self.perception, None
            if perception is not None:
                perception.close()

    def _handle(self, perception: Perception, frame: Frame) -> Outcome:
        size = (frame.message.height, frame.message.width)
        if size != self._size:
            try:
                self._answer.check(frame)  # a broken header must not have an engine built
                self._build(perception, size)
            except FrameError as error:
                return self._skip(str(error))
            except BaseException:
                self._slot.done(Outcome.NOT_READY)
                raise
            # Once stopped, the publishers may be gone.
            if self.stopped or self._slot.has_newer():
                return Outcome.NOT_READY
        try:
            return self._answer(perception, frame, self._free_since)
        except HydranetError as error:
            return self._skip(str(error))
        except Exception as error:
            return self._skip(f'{type(error).__name__}: {error}')

    def _skip(self, reason: str) -> Outcome:
        self._logger.error(f'Image skipped: {reason}', throttle_duration_sec=LOG_PERIOD_S)
        return Outcome.FAILED

    def _build(self, perception: Perception, size: tuple[int, int]) -> None:
        self.state = WorkerState.BUILDING
        self._slot.set_ready(False)
        # Throttled, because a camera may send a size that is refused, or two in turn.
        self._logger.info(
            f'Building the engine for images of {size[1]}x{size[0]}.',
            throttle_duration_sec=LOG_PERIOD_S,
        )
        try:
            perception.prepare(*size)
        except FrameError:
            self._slot.set_ready(self._size is not None)
            self.state = WorkerState.READY if self._size else WorkerState.WAITING
            raise
        self._size = size
        self._free_since = time.perf_counter()
        self.state = WorkerState.READY
        self._slot.set_ready(True)
        if not self.stopped:
            self._logger.info(
                f'Ready: {perception.description}.', throttle_duration_sec=LOG_PERIOD_S
            )

    def _fail(self, text: str) -> None:
        self.error = text
        self.state = WorkerState.FAILED
        self._slot.set_ready(False)
        if not self.stopped:
            self._logger.error(f'The network cannot run: {text}')
            self._on_failed()
