# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Which growth of a process is named, on made figures; and that the real figure is read."""

import numpy as np
import pytest

from hydranet_ros.ros import memory_watch
from hydranet_ros.ros.memory_watch import MEMORY_SLOTS
from hydranet_ros.ros.memory_watch import MemoryWatch
from hydranet_ros.ros.memory_watch import resident_memory

MIB = 1 << 20


def memory_reasons(watch, minutes, resident, occasion='active', start=0):
    return [
        reason
        for second in range(start * 60, (start + minutes) * 60, 10)
        for reason in watch.look(float(second), int(resident(second)), occasion)
    ]


def test_memory_that_grows_every_minute_is_named_until_it_stops():
    watch = MemoryWatch()
    said = memory_reasons(watch, MEMORY_SLOTS, lambda second: (300 + second / 6) * MIB)
    assert said
    assert 'by 90 MiB to 390 MiB' in said[-1].text
    after = memory_reasons(watch, 5, lambda _: 395 * MIB, start=MEMORY_SLOTS)
    assert after[-1:] == [] or not memory_reasons(
        watch, 2, lambda _: 395 * MIB, start=MEMORY_SLOTS + 5
    )


@pytest.mark.parametrize(
    'resident',
    [
        lambda second: 300 * MIB,
        lambda second: (300 + 10 * (second % 50)) * MIB,  # a pool that fills and empties
        lambda second: (600 if second > 300 else 300) * MIB,  # one step
        lambda second: 300 * MIB + second * 1000,  # 0.6 MB in ten minutes
    ],
)
def test_memory_that_does_not_leak_is_no_reason(resident):
    assert not memory_reasons(MemoryWatch(), 30, resident)


def test_a_growth_that_is_explained_begins_anew():
    watch = MemoryWatch()
    grows = lambda second: (300 + second / 6) * MIB  # noqa: E731
    assert not memory_reasons(watch, MEMORY_SLOTS - 1, grows, 'one engine')
    assert not memory_reasons(watch, 2, grows, 'two engines', start=MEMORY_SLOTS - 1)


def test_memory_that_is_not_known_is_no_reason():
    assert not list(MemoryWatch().look(0.0, None, ''))


def test_the_resident_set_is_read():
    before = resident_memory()
    if before is None:
        pytest.skip('no /proc on this system')
    held = np.ones(64 * MIB, np.uint8)
    after = resident_memory()
    assert 60 * MIB < after - before < 80 * MIB
    assert held.all()


def test_without_proc_it_is_not_known(monkeypatch, tmp_path):
    monkeypatch.setattr(memory_watch, '_STATM', tmp_path / 'statm')
    assert resident_memory() is None
