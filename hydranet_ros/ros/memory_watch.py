# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The memory of this process, and whether it grows minute after minute."""

from collections import deque
from collections.abc import Hashable
from collections.abc import Iterator
import ctypes
import gc
import itertools
from pathlib import Path
import resource
import sys

from hydranet_ros.ros.health import Reason

_STATM = Path('/proc/self/statm')
# A leak grows in every minute, a cache or an allocator's pool does not.
MEMORY_SLOT_S = 60.0
MEMORY_SLOTS = 10
MEMORY_SHARE = 0.05
MEMORY_BYTES = 32 << 20


def resident_memory() -> int | None:
    """Return the resident set of this process in bytes; None where Linux's /proc is missing."""
    try:
        pages = int(_STATM.read_text().split()[1])
    except (OSError, ValueError, IndexError):
        return None
    return pages * resource.getpagesize()


def give_back_memory() -> None:
    """Return what was freed to the system; glibc keeps most of it for later."""
    gc.collect()
    if sys.platform == 'linux':
        trim = getattr(ctypes.CDLL(None), 'malloc_trim', None)  # musl has none
        if trim is not None:
            trim(0)


class MemoryWatch:
    """Watch whether the process grows minute after minute while it does the same."""

    def __init__(self) -> None:
        self._lowest: deque[int] = deque(maxlen=MEMORY_SLOTS)
        self._slot: int | None = None
        self._occasion: Hashable = None

    def look(self, now: float, resident: int | None, occasion: Hashable) -> Iterator[Reason]:
        """Look at the resident memory (bytes) at `now` (seconds); None: not known.

        occasion: whatever explains a growth when it changes (state, model, engines); it starts
        the observation anew.
        """
        if resident is None:
            return
        if occasion != self._occasion:
            self._occasion = occasion
            self._lowest.clear()
            self._slot = None
        slot = int(now // MEMORY_SLOT_S)
        if slot != self._slot:
            self._slot = slot
            self._lowest.append(resident)
        self._lowest[-1] = min(self._lowest[-1], resident)
        yield from self._judge()

    def _judge(self) -> Iterator[Reason]:
        lowest = list(self._lowest)
        grown = lowest[-1] - lowest[0]
        rising = all(later > before for before, later in itertools.pairwise(lowest))
        if (
            len(lowest) < MEMORY_SLOTS
            or not rising
            or grown < max(MEMORY_BYTES, MEMORY_SHARE * lowest[0])
        ):
            return
        minutes = (len(lowest) - 1) * MEMORY_SLOT_S / 60
        yield Reason(
            'memory',
            f'The process has grown in each of the last {minutes:.0f} minutes, by '
            f'{grown / 2**20:.0f} MiB to {lowest[-1] / 2**20:.0f} MiB. Clean the node up and '
            'configure it again before memory runs out.',
        )
