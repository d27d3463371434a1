# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""What is wrong with the network and the process that it runs in."""

from collections.abc import Hashable
from collections.abc import Iterator
import time
import weakref

from hydranet_ros.perception import Perception
from hydranet_ros.ros.health import FiniteWatch
from hydranet_ros.ros.health import Reason
from hydranet_ros.ros.memory_watch import MemoryWatch


class NetworkWatch:
    """Watch refused precisions, outputs that are no numbers, and memory."""

    def __init__(self) -> None:
        self._perception: weakref.ref[Perception] | None = None
        self._finite = FiniteWatch()
        self._memory = MemoryWatch()

    def look(
        self,
        perception: Perception | None,
        built: int,
        resident: int | None,
        occasion: Hashable,
    ) -> Iterator[Reason]:
        """Say what is wrong since the last look.

        built: engines made ready so far. resident: bytes, None: not known. occasion: see
        MemoryWatch.look.
        """
        now = time.perf_counter()
        if perception is not None:
            for text in perception.refused:
                yield Reason(('refused', text), text, logged=True)
            if self._perception is None or self._perception() is not perception:
                # Its count is its own, and may hold frames of other nodes that share it.
                self._perception, self._finite = weakref.ref(perception), FiniteWatch()
            yield from self._finite.look(now, perception.spoilt, perception.description)
        yield from self._memory.look(now, resident, (built, occasion))
