# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""What is wrong with the network and the process that it runs in."""

from collections.abc import Hashable
from collections.abc import Iterator
import time

from hydranet_ros.perception import Perception
from hydranet_ros.ros.health import EngineWatch
from hydranet_ros.ros.health import FiniteWatch
from hydranet_ros.ros.health import Reason
from hydranet_ros.ros.memory_watch import MemoryWatch


class NetworkWatch:
    """Watch refused precisions, outputs that are no numbers, rebuilding, and memory."""

    def __init__(self) -> None:
        self._finite = FiniteWatch()
        self._engines = EngineWatch()
        self._memory = MemoryWatch()
        now = time.perf_counter()
        list(self._finite.look(now, 0, ''))
        list(self._engines.look(now, 0, ()))

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
            yield from self._finite.look(now, perception.spoilt, perception.description)
            sizes = dict.fromkeys(one.shape[:2] for one in perception.engines.infos)
            yield from self._engines.look(now, built, sizes)
        yield from self._memory.look(now, resident, (built, occasion))
