# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The slot keeps the newest frame, and its account adds up at every moment."""

from dataclasses import astuple
import threading

from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
import pytest

from hydranet_ros.ros.slot import Counts
from hydranet_ros.ros.slot import FrameSlot
from hydranet_ros.ros.slot import Outcome


def adds_up(counts: Counts) -> bool:
    received, *others = astuple(counts)
    return received == sum(others)


@pytest.fixture
def slot() -> FrameSlot[int]:
    slot: FrameSlot[int] = FrameSlot()
    slot.set_ready(True)
    return slot


def test_newest_frame_wins(slot):
    for number in range(5):
        slot.offer(number, now=number)
    assert slot.take() == 4
    assert slot.counts() == Counts(received=5, dropped=4, in_flight=1)
    slot.done(Outcome.ANSWERED)
    assert slot.counts() == Counts(received=5, dropped=4, answered=1)


def test_frames_before_the_engine_are_not_ready():
    slot: FrameSlot[int] = FrameSlot()
    slot.offer(1, now=0)
    slot.offer(2, now=1)
    assert slot.counts() == Counts(received=2, not_ready=1, in_flight=1)
    assert slot.take() == 2
    assert not slot.has_newer()
    slot.offer(3, now=2)
    assert slot.has_newer()


def test_worker_and_waiting_frame_are_in_flight(slot):
    slot.offer(1, now=0)
    slot.take()
    slot.offer(2, now=1)
    assert slot.counts().in_flight == 2


def test_clear_puts_the_waiting_frame_aside(slot):
    slot.offer(1, now=0)
    slot.clear()
    slot.clear()
    assert slot.counts() == Counts(received=1, dropped=1)


def test_close_wakes_the_worker(slot):
    taken = []
    thread = threading.Thread(target=lambda: taken.append(slot.take()))
    thread.start()
    slot.close()
    thread.join(10)
    assert taken == [None]


def test_closed_slot_gives_no_frame(slot):
    slot.offer(1, now=0)
    slot.close()
    assert slot.take() is None
    assert slot.counts() == Counts(received=1, dropped=1)


def test_max_rate_keeps_the_average_of_a_camera_that_jitters(slot):
    slot.set_max_rate(10)
    accepted = 0
    for number in range(300):
        jitter = 0.004 * (-1) ** number
        slot.offer(number, now=100 + number / 30 + jitter)
        accepted += slot.has_newer()
        slot.clear()
    assert 98 <= accepted <= 101
    assert slot.counts().throttled == 300 - accepted


def test_max_rate_spaces_the_frames_after_a_pause(slot):
    slot.set_max_rate(1)
    for now in (1000.0, 1000.1, 1000.4):
        slot.offer(0, now=now)
    assert slot.counts() == Counts(received=3, throttled=2, in_flight=1)


def test_max_rate_of_zero_accepts_all(slot):
    slot.set_max_rate(1)
    slot.offer(1, now=0)
    slot.set_max_rate(0)
    slot.offer(2, now=0.001)
    assert slot.counts().throttled == 0


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(['offer', 'take', 'clear', 'ready', 'busy', 'slow', 'fast'])))
def test_account_adds_up_whatever_happens(steps):
    slot: FrameSlot[int] = FrameSlot()
    working = False
    for now, step in enumerate(steps):
        if step == 'offer':
            slot.offer(now, now=now)
        elif step == 'take' and not working and slot.has_newer():
            slot.take()
            working = True
        elif step == 'take' and working:
            slot.done(Outcome.FAILED)
            working = False
        elif step == 'clear':
            slot.clear()
        elif step in ('ready', 'busy'):
            slot.set_ready(step == 'ready')
        else:
            slot.set_max_rate(0 if step == 'fast' else 0.4)
        assert adds_up(slot.counts())


def test_account_adds_up_between_threads(slot):
    offered = 20000
    order = []

    def work() -> None:
        while (frame := slot.take()) is not None:
            order.append(frame)
            slot.done(Outcome.ANSWERED)

    thread = threading.Thread(target=work)
    thread.start()
    for number in range(offered):
        slot.offer(number, now=number)
        if number % 1000 == 0:
            assert adds_up(slot.counts())
    slot.close()
    thread.join(10)
    counts = slot.counts()
    assert counts.received == offered
    assert counts.answered == len(order)
    assert counts.answered + counts.dropped == offered
    assert order == sorted(order)
