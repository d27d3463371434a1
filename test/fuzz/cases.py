# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""How many cases each fuzz test runs, what damages bytes, and the watch over memory.

A few dozen each by default; `HYDRANET_FUZZ_CASES=2000 pytest test/fuzz` runs that many each.
"""

from collections.abc import Callable
from collections.abc import Iterator
from contextlib import contextmanager
import gc
import os
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck
from hypothesis import settings
from hypothesis import strategies as st

from hydranet_ros.errors import HydranetError

CASES = int(os.environ.get('HYDRANET_FUZZ_CASES', '40'))
MOST_GROWTH = 48e6  # bytes; what a leak of one small image in each of 2000 cases would exceed
_WARM_UP = 8

# Every run of the suite takes the same cases; a long run takes others each time.
fuzz = settings(
    max_examples=CASES,
    deadline=None,
    database=None,
    derandomize='HYDRANET_FUZZ_CASES' not in os.environ,
    suppress_health_check=list(HealthCheck),
)


class MemoryWatch:
    """Compare the resident set after the last case with that after the first ones."""

    def __init__(self) -> None:
        self._cases = 0
        self._before = 0

    def count(self) -> None:
        """Note one case."""
        self._cases += 1
        if self._cases == _WARM_UP:
            self._before = _resident()

    def check(self) -> None:
        """Fail where the memory has grown."""
        gc.collect()
        if self._cases > _WARM_UP:
            growth = _resident() - self._before
            assert growth < MOST_GROWTH, f'{growth / 1e6:.0f} MB more after {self._cases} cases'


@contextmanager
def flat_memory() -> Iterator[Callable[[], None]]:
    """Give what is to be called in each case; fail at the end where the memory has grown."""
    watch = MemoryWatch()
    yield watch.count
    watch.check()


@st.composite
def damaged(draw: Any, whole: bytes) -> bytes:
    """Draw bytes that were `whole` once: some changed, cut off, cut out, doubled, or none."""
    data = bytearray(whole)
    for _ in range(draw(st.integers(0, 4))):
        place = draw(st.integers(0, max(len(data) - 1, 0)))
        match draw(st.integers(0, 4)):
            case 0:
                data[place : place + 1] = draw(st.binary(min_size=1, max_size=1))
            case 1:
                data[place : place + 4] = draw(
                    st.sampled_from([b'\0\0\0\0', b'\xff\xff\xff\xff', b'\xff\xff\xff\x7f'])
                )
            case 2:
                del data[place:]
            case 3:
                del data[place : place + draw(st.integers(1, 40))]
            case _:
                data[place:place] = data[place : place + draw(st.integers(1, 40))]
    return bytes(data)


def _resident() -> int:
    pages = int(Path('/proc/self/statm').read_text(encoding='ascii').split()[1])
    return pages * os.sysconf('SC_PAGE_SIZE')


class Outcomes:
    """Call what is tried, and count what was answered and what was refused.

    An exception that is no HydranetError is what the tests look for: it goes on.
    """

    def __init__(self) -> None:
        self._answered = 0
        self._refused = 0

    def of(self, call: Callable[[], Any]) -> tuple[Any, str]:
        """Return the answer and '', or None and the sentence of the refusal."""
        try:
            answer = call()
        except HydranetError as error:
            self._refused += 1
            return None, str(error) or 'nothing said'
        self._answered += 1
        return answer, ''

    def check(self) -> None:
        """Fail where all was answered, or all refused: then little has been tried."""
        assert self._answered
        assert self._refused
