# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""What a process holds, from /proc: memory, threads, file descriptors, shared-memory segments."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
import os
from pathlib import Path
import statistics

SHARED_MEMORY = Path('/dev/shm')
_PAGE = os.sysconf('SC_PAGE_SIZE')
_MB = 1e6


@dataclass(frozen=True)
class Sample:
    """One look at a process: at_s since the start of the run; segments: files of /dev/shm."""

    at_s: float
    process: str
    pid: int
    rss_mb: float
    threads: int
    descriptors: int
    segments: int


class SharedMemoryWatch:
    """Remember which files of /dev/shm the watched processes have mapped."""

    def __init__(self) -> None:
        self._seen: set[str] = set()

    def mapped(self, pid: int) -> set[str]:
        """Return the files that a process maps now."""
        lines = Path(f'/proc/{pid}/maps').read_text(encoding='utf-8').splitlines()
        fields = (line.split(maxsplit=5) for line in lines)
        files = {one[5] for one in fields if len(one) == 6 and one[5].startswith('/dev/shm/')}
        self._seen |= files
        return files

    def left(self) -> tuple[int, float]:
        """Return how many files that were mapped once are there now, and their megabytes."""
        sizes = []
        for name in self._seen:
            with suppress(OSError):
                sizes.append(os.stat(name).st_blocks * 512)
        return len(sizes), sum(sizes) / _MB


def look_at(process: str, pid: int, at_s: float, watch: SharedMemoryWatch) -> Sample | None:
    """Return what a process holds; None where it has ended."""
    folder = Path(f'/proc/{pid}')
    try:
        resident = int((folder / 'statm').read_text(encoding='ascii').split()[1]) * _PAGE
        if not resident:  # ended, and not yet waited for
            return None
        return Sample(
            at_s=round(at_s, 1),
            process=process,
            pid=pid,
            rss_mb=round(resident / _MB, 2),
            threads=len(list((folder / 'task').iterdir())),
            descriptors=len(list((folder / 'fd').iterdir())),
            segments=len(watch.mapped(pid)),
        )
    except OSError:
        return None


@dataclass(frozen=True)
class Trend:
    """How one process changed between two windows, of medians: the first and the last ones."""

    process: str
    samples: int
    rss_mb: tuple[float, float]
    growth_percent: float
    slope_mb_per_hour: float
    threads: tuple[int, int]
    descriptors: tuple[int, int]
    segments: tuple[int, int]


def trend(process: str, samples: Sequence[Sample], warm_up_s: float) -> Trend | None:
    """Compare the first fifth after the warm-up with the last; None for too few samples.

    The slope is the least-squares one over all samples after the warm-up.
    """
    taken = [one for one in samples if one.process == process and one.at_s >= warm_up_s]
    window = len(taken) // 5
    if window < 1:
        return None

    def ends(field: str) -> tuple[float, float]:
        values = [getattr(one, field) for one in taken]
        return statistics.median(values[:window]), statistics.median(values[-window:])

    first, last = ends('rss_mb')
    slope = statistics.linear_regression([s.at_s for s in taken], [s.rss_mb for s in taken]).slope
    counts = {
        field: tuple(round(value) for value in ends(field))
        for field in ('threads', 'descriptors', 'segments')
    }
    return Trend(
        process=process,
        samples=len(taken),
        rss_mb=(first, last),
        growth_percent=round(100 * (last / first - 1), 2),
        slope_mb_per_hour=round(slope * 3600, 2),
        **counts,
    )
