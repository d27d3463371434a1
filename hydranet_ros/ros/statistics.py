# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""How long the stages of a frame take: percentiles over the last frames, and the rate."""

from enum import IntEnum
import threading

import numpy as np

WINDOW = 1000
PERCENTILES = (50, 95, 99)


class Stage(IntEnum):
    """What is timed in each answered frame; the value is its column.

    DECODE: the message to RGB. PRE, NETWORK, POST: inside `Perception.predict`, as it reports
    them, of all frames that were predicted at once. RENDER: the pictures for people, and
    compressing. PUBLISH: the calls of publish().
    CALLBACK_TO_PUBLISH: from the image callback's first line to the return of the last publish().
    WAIT: the part of it in which the worker still had the frame before this one, or built.
    OVERHEAD: CALLBACK_TO_PUBLISH - WAIT - PRE - NETWORK - POST: what the node adds to the engine,
    the hand-over between the threads and `batch_wait_ms` included.
    POINTS: the point cloud, with its publish(). NORMALS: those from depth, with their publish().
    """

    DECODE = 0
    PRE = 1
    NETWORK = 2
    POST = 3
    RENDER = 4
    PUBLISH = 5
    CALLBACK_TO_PUBLISH = 6
    WAIT = 7
    OVERHEAD = 8
    POINTS = 9
    NORMALS = 10


class StageTimes:
    """Keep the times of the last WINDOW frames; written by one thread, read by another."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rows = np.zeros((WINDOW, len(Stage)))
        self._total = 0

    def record(self, row: np.ndarray) -> None:
        """Add the times of one frame: float64 (len(Stage),), seconds."""
        with self._lock:
            self._rows[self._total % WINDOW] = row
            self._total += 1

    def clear(self) -> None:
        """Forget all frames."""
        with self._lock:
            self._total = 0

    def percentiles(self) -> dict[Stage, tuple[float, ...]]:
        """Return p50, p95 and p99 in seconds of each stage; empty before the first frame."""
        return percentiles(self)

    def rows(self) -> np.ndarray:
        """Return the times of the frames that are kept: float64 (N, len(Stage)), seconds."""
        with self._lock:
            return self._rows[: min(self._total, WINDOW)].copy()


def percentiles(*cameras: StageTimes) -> dict[Stage, tuple[float, ...]]:
    """Return p50, p95 and p99 of the frames of several cameras taken together, in seconds."""
    rows = np.concatenate([one.rows() for one in cameras])
    if not len(rows):
        return {}
    table = np.percentile(rows, PERCENTILES, axis=0)
    return {stage: tuple(float(value) for value in table[:, stage]) for stage in Stage}


class Rate:
    """Turn a growing count into a frequency between two looks at it."""

    def __init__(self) -> None:
        self._count = 0
        self._at: float | None = None

    def update(self, count: int, now: float) -> float:
        """Return the events per second since the last call; 0 at the first."""
        before, elapsed = self._count, now - self._at if self._at is not None else 0.0
        self._count, self._at = count, now
        return (count - before) / elapsed if elapsed > 0 else 0.0
