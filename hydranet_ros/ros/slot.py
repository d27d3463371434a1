# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The place between the executor's thread and the worker: one frame, the newest, all counted."""

from dataclasses import dataclass
from dataclasses import replace
from enum import Enum
import threading
from typing import Generic
from typing import TypeVar

T = TypeVar('T')


class Outcome(str, Enum):
    """What became of a received frame; the value is the field of Counts that it adds to."""

    ANSWERED = 'answered'
    DROPPED = 'dropped'
    NOT_READY = 'not_ready'
    UNWATCHED = 'unwatched'
    THROTTLED = 'throttled'
    FAILED = 'failed'


@dataclass(frozen=True)
class Counts:
    """Frames since the node was configured.

    received = answered + dropped + not_ready + unwatched + throttled + failed + in_flight holds
    for every snapshot.

    Attributes:
        answered: published on all outputs that were subscribed.
        dropped: replaced by a newer frame, or put aside by a deactivation.
        not_ready: arrived while the engine was being loaded or built.
        unwatched: nobody subscribed to any output.
        throttled: above the parameter `max_rate`.
        failed: an error in this one frame.
        in_flight: waiting or being worked on.

    """

    received: int = 0
    answered: int = 0
    dropped: int = 0
    not_ready: int = 0
    unwatched: int = 0
    throttled: int = 0
    failed: int = 0
    in_flight: int = 0


class FrameSlot(Generic[T]):
    """Hand the newest frame from any thread to one worker; neither side waits for the other."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._counts = dict.fromkeys(Outcome, 0)
        self._received = 0
        self._frame: T | None = None
        self._working = False
        self._ready = False
        self._closed = False
        self._period = 0.0
        self._due = 0.0

    def set_max_rate(self, hertz: float) -> None:
        """Accept at most that many frames in a second; 0: all."""
        with self._condition:
            self._period = 1.0 / hertz if hertz > 0 else 0.0
            self._due = 0.0

    def set_ready(self, ready: bool) -> None:
        """Say whether the engine is there: until then, frames that are replaced are not ready."""
        with self._condition:
            self._ready = ready

    def offer(self, frame: T, now: float) -> None:
        """Store a frame in place of the one that waits.

        Args:
            frame: what the worker gets.
            now: seconds of a clock that never goes back.

        """
        with self._condition:
            self._received += 1
            if now < self._due:
                self._counts[Outcome.THROTTLED] += 1
                return
            # From the due time on, not from now: the average rate is kept though frames jitter.
            self._due = max(self._due, now - self._period / 2) + self._period
            self._put_aside()
            self._frame = frame
            self._condition.notify()

    def take(self) -> T | None:
        """Wait for a frame and take it; None once the slot is closed."""
        with self._condition:
            self._condition.wait_for(lambda: self._frame is not None or self._closed)
            if self._closed:
                return None
            frame, self._frame = self._frame, None
            self._working = True
            return frame

    def has_newer(self) -> bool:
        """Return whether a frame waits beside the one that was taken."""
        with self._condition:
            return self._frame is not None

    def done(self, outcome: Outcome) -> None:
        """Say what became of the frame that was taken last."""
        with self._condition:
            self._working = False
            self._counts[outcome] += 1

    def clear(self) -> None:
        """Put the waiting frame aside."""
        with self._condition:
            self._put_aside()

    def close(self) -> None:
        """Put the waiting frame aside and let `take` return None from now on."""
        with self._condition:
            self._put_aside()
            self._closed = True
            self._condition.notify()

    def counts(self) -> Counts:
        """Return the account of all frames at this moment."""
        with self._condition:
            counted = {outcome.value: number for outcome, number in self._counts.items()}
            waiting = int(self._frame is not None) + int(self._working)
            return replace(Counts(**counted), received=self._received, in_flight=waiting)

    def _put_aside(self) -> None:
        if self._frame is not None:
            self._frame = None
            self._counts[Outcome.DROPPED if self._ready else Outcome.NOT_READY] += 1
