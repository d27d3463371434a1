# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The place between the executor's thread and the worker: each camera's newest frame, counted."""

from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
import threading
from typing import Generic
from typing import TypeVar

from hydranet_ros.frame_counts import Counts
from hydranet_ros.frame_counts import Outcome

T = TypeVar('T')


@dataclass
class _Place(Generic[T]):
    """What one camera has here.

    since: the order in which the places were filled; a newer frame keeps the older one's turn.
    held: the frame waits for its engine. expected: a frame is likely to come soon.
    """

    counts: dict[Outcome, int] = field(default_factory=lambda: dict.fromkeys(Outcome, 0))
    received: int = 0
    frame: T | None = None
    since: int = 0
    due: float = 0.0
    working: bool = False
    ready: bool = False
    held: bool = False
    expected: bool = True


class FrameSlot(Generic[T]):
    """Hand each camera's newest frame from any thread to one worker; no side waits for the other.

    Cameras are numbered from 0.
    """

    def __init__(self, cameras: int = 1) -> None:
        self._condition = threading.Condition()
        self._places: list[_Place[T]] = [_Place() for _ in range(cameras)]
        self._turn = 0
        self._closed = False
        self._period = 0.0

    def set_max_rate(self, hertz: float) -> None:
        """Accept at most that many frames of each camera in a second; 0: all."""
        with self._condition:
            self._period = 1.0 / hertz if hertz > 0 else 0.0
            for place in self._places:
                place.due = 0.0

    def set_ready(self, ready: bool, camera: int) -> None:
        """Say whether a camera has its engine: else, frames that are replaced are not ready."""
        with self._condition:
            self._places[camera].ready = ready

    def offer(self, frame: T, now: float, camera: int = 0) -> None:
        """Store a frame in place of the one that waits.

        Args:
            frame: what the worker gets.
            now: seconds of a clock that never goes back.
            camera: whose it is.

        """
        with self._condition:
            place = self._places[camera]
            place.received += 1
            if now < place.due:
                place.counts[Outcome.THROTTLED] += 1
                return
            # From the due time on, not from now: the average rate is kept though frames jitter.
            place.due = max(place.due, now - self._period / 2) + self._period
            if place.frame is None:
                self._turn += 1
                place.since = self._turn
            self._put_aside(place)
            place.frame = frame
            place.expected = True
            self._condition.notify()

    def take(self, most: int = 1, wait_s: float = 0.0) -> list[tuple[int, T]]:
        """Wait for a frame; take those that wait, with their cameras, the longest waiting first.

        Args:
            most: how many to take; the others keep their turn.
            wait_s: how long to wait for further cameras once a frame is there. A camera that was
                waited for in vain is not waited for again until its next frame.

        Returns:
            Frames of different cameras; none once the slot is closed.

        """
        with self._condition:
            waiting: Sequence[int] = ()
            # Again, where the slot was cleared while further cameras were waited for.
            while not (self._closed or waiting):
                self._condition.wait_for(lambda: self._closed or self._waiting())
                if wait_s > 0 and most > 1:
                    self._wait_for_others(most, wait_s)
                waiting = sorted(self._waiting(), key=lambda one: self._places[one].since)[:most]
            return [] if self._closed else [(camera, self._taken(camera)) for camera in waiting]

    def hold(self, camera: int, frame: T) -> None:
        """Give a taken frame back, to wait for its engine until `release`.

        Where a newer frame has come since, that one waits, and the older is not ready.
        """
        with self._condition:
            place = self._places[camera]
            place.working = False
            place.ready = False
            if place.frame is not None or self._closed:
                place.counts[Outcome.NOT_READY] += 1
            else:
                place.frame = frame
            place.held = True

    def release(self) -> None:
        """Let the frames that are held be taken again."""
        with self._condition:
            for place in self._places:
                place.held = False
            self._condition.notify()

    def done(self, outcome: Outcome, camera: int = 0) -> None:
        """Say what became of the frame of a camera that was taken last."""
        with self._condition:
            place = self._places[camera]
            place.working = False
            place.counts[outcome] += 1

    def clear(self) -> None:
        """Put the waiting frames aside."""
        with self._condition:
            for place in self._places:
                self._put_aside(place)
            self._condition.notify()

    def close(self) -> None:
        """Put the waiting frames aside and let `take` return none from now on."""
        with self._condition:
            self._closed = True
            for place in self._places:
                self._put_aside(place)
            self._condition.notify()

    def counts(self, camera: int | None = None) -> Counts:
        """Return the account of a camera's frames at this moment; None: of all cameras'."""
        with self._condition:
            places = self._places if camera is None else [self._places[camera]]
            return sum((_counts(place) for place in places), Counts())

    def _waiting(self) -> Sequence[int]:
        return [
            camera
            for camera, place in enumerate(self._places)
            if place.frame is not None and not place.held
        ]

    def _wait_for_others(self, most: int, wait_s: float) -> None:
        def enough() -> bool:
            waiting = len(self._waiting())
            return self._closed or waiting == 0 or waiting >= most or not self._missing()

        if not self._condition.wait_for(enough, wait_s):
            for camera in self._missing():
                self._places[camera].expected = False

    def _missing(self) -> Sequence[int]:
        return [
            camera
            for camera, place in enumerate(self._places)
            if place.frame is None and place.expected
        ]

    def _taken(self, camera: int) -> T:
        place = self._places[camera]
        frame, place.frame = place.frame, None
        assert frame is not None, 'only a waiting frame is taken'
        place.working = True
        return frame

    def _put_aside(self, place: _Place[T]) -> None:
        if place.frame is not None:
            place.frame = None
            place.counts[Outcome.DROPPED if place.ready else Outcome.NOT_READY] += 1


def _counts(place: _Place[T]) -> Counts:
    counted = {outcome.value: number for outcome, number in place.counts.items()}
    in_flight = int(place.frame is not None) + int(place.working)
    return Counts(received=place.received, in_flight=in_flight, **counted)
