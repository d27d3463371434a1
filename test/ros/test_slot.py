# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The slot keeps the newest frame, and its account adds up at every moment."""

from dataclasses import astuple
import threading
import time

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant
from hypothesis.stateful import precondition
from hypothesis.stateful import rule
from hypothesis.stateful import RuleBasedStateMachine
import pytest

from hydranet_ros.frame_counts import Counts
from hydranet_ros.frame_counts import Outcome
from hydranet_ros.ros.slot import FrameSlot
from test.ros.conftest import wait_until


def adds_up(counts: Counts) -> bool:
    received, *others = astuple(counts)
    return received == sum(others)


@pytest.fixture
def slot() -> FrameSlot[int]:
    slot: FrameSlot[int] = FrameSlot()
    slot.set_ready(True, 0)
    return slot


def test_newest_frame_wins(slot):
    for number in range(5):
        slot.offer(number, now=number)
    assert slot.take() == [(0, 4)]
    assert slot.counts() == Counts(received=5, dropped=4, in_flight=1)
    slot.done(Outcome.ANSWERED)
    assert slot.counts() == Counts(received=5, dropped=4, answered=1)


def test_frames_before_the_engine_are_not_ready():
    slot: FrameSlot[int] = FrameSlot()
    slot.offer(1, now=0)
    slot.offer(2, now=1)
    assert slot.counts() == Counts(received=2, not_ready=1, in_flight=1)
    assert slot.take() == [(0, 2)]


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
    assert taken == [[]]


def test_closed_slot_gives_no_frame(slot):
    slot.offer(1, now=0)
    slot.close()
    assert slot.take() == []
    assert slot.counts() == Counts(received=1, dropped=1)


def test_max_rate_keeps_the_average_of_a_camera_that_jitters(slot):
    slot.set_max_rate(10)
    accepted = 0
    for number in range(300):
        jitter = 0.004 * (-1) ** number
        slot.offer(number, now=100 + number / 30 + jitter)
        accepted += slot.counts().in_flight
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


class Cameras(RuleBasedStateMachine):
    """Anything that may happen to three cameras, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.slot: FrameSlot[int] = FrameSlot(3)
        self.taken: dict[int, int] = {}
        self.held: set[int] = set()
        self.waiting: set[int] = set()
        self.now = 0

    @rule(camera=st.integers(0, 2))
    def offer(self, camera):
        self.now += 1
        before = self.slot.counts(camera).throttled
        self.slot.offer(self.now, now=self.now, camera=camera)
        if self.slot.counts(camera).throttled == before:
            self.waiting.add(camera)

    @precondition(lambda self: self.waiting - self.held and not self.taken)
    @rule(most=st.integers(1, 3))
    def take(self, most):
        self.taken = dict(self.slot.take(most))
        free = self.waiting - self.held
        assert set(self.taken) <= free
        assert len(self.taken) == min(most, len(free))
        self.waiting -= set(self.taken)

    @precondition(lambda self: self.taken)
    @rule(outcome=st.sampled_from(Outcome))
    def done(self, outcome):
        self.slot.done(outcome, self.taken.popitem()[0])

    @precondition(lambda self: self.taken)
    @rule()
    def hold(self):
        camera, frame = self.taken.popitem()
        self.slot.hold(camera, frame)
        self.held.add(camera)
        self.waiting.add(camera)

    @rule()
    def release(self):
        self.slot.release()
        self.held.clear()

    @rule()
    def clear(self):
        self.slot.clear()
        self.waiting.clear()

    @rule(camera=st.integers(0, 2), ready=st.booleans())
    def set_ready(self, camera, ready):
        self.slot.set_ready(ready, camera)

    @rule(rate=st.sampled_from([0, 0.4]))
    def set_max_rate(self, rate):
        self.slot.set_max_rate(rate)

    @invariant()
    def account_adds_up(self):
        each = [self.slot.counts(camera) for camera in range(3)]
        assert all(map(adds_up, each))
        assert sum(each, Counts()) == self.slot.counts()
        assert self.slot.counts().in_flight == len(self.waiting) + len(self.taken)


TestCameras = Cameras.TestCase
TestCameras.settings = settings(max_examples=100, stateful_step_count=30, deadline=None)


def test_account_adds_up_between_threads():
    offered, cameras = 20000, 3
    slot: FrameSlot[int] = FrameSlot(cameras)
    order: list[list[int]] = [[] for _ in range(cameras)]
    for camera in range(cameras):
        slot.set_ready(True, camera)

    def work() -> None:
        while taken := slot.take(2):
            for camera, frame in taken:
                order[camera].append(frame)
                slot.done(Outcome.ANSWERED, camera)

    thread = threading.Thread(target=work)
    thread.start()
    for number in range(offered):
        slot.offer(number, now=number, camera=number % cameras)
        if number % 1000 == 0:
            assert adds_up(slot.counts())
    slot.close()
    thread.join(10)
    counts = slot.counts()
    assert counts.received == offered
    assert counts.answered == sum(map(len, order))
    assert counts.answered + counts.dropped == offered
    assert order == [sorted(one) for one in order]


def ready(cameras: int) -> FrameSlot[str]:
    slot: FrameSlot[str] = FrameSlot(cameras)
    for camera in range(cameras):
        slot.set_ready(True, camera)
    return slot


def test_a_fast_camera_does_not_starve_a_slow_one():
    slot = ready(2)
    slot.offer('slow', now=0, camera=1)
    turns = []
    for number in range(4):
        slot.offer(f'fast {number}', now=number, camera=0)
        ((camera, frame),) = slot.take()
        turns.append(frame)
        slot.done(Outcome.ANSWERED, camera)
    assert turns == ['slow', 'fast 1', 'fast 2', 'fast 3']


def test_a_newer_frame_keeps_its_cameras_turn():
    slot = ready(2)
    slot.offer('first', now=0, camera=1)
    slot.offer('other', now=1, camera=0)
    slot.offer('newer', now=2, camera=1)
    assert slot.take(2) == [(1, 'newer'), (0, 'other')]


def test_take_waits_for_other_cameras():
    slot = ready(2)
    slot.offer('front', now=0, camera=0)
    taken = []
    thread = threading.Thread(target=lambda: taken.append(slot.take(2, wait_s=20.0)))
    thread.start()
    slot.offer('rear', now=1, camera=1)
    thread.join(15)
    assert taken == [[(0, 'front'), (1, 'rear')]]


def test_take_begins_anew_when_the_slot_is_cleared_while_it_waits_for_other_cameras():
    slot = ready(2)
    slot.offer('old', now=0, camera=0)
    taken = []
    thread = threading.Thread(target=lambda: taken.append(slot.take(2, wait_s=20.0)))
    thread.start()
    waiters = slot._condition._waiters  # a lock for each wait
    first = wait_until(lambda: list(waiters), 'wait for the other camera')
    slot.clear()
    wait_until(lambda: taken or (waiters and list(waiters) != first), 'wait for any frame')
    assert not taken
    slot.offer('front', now=1, camera=0)
    slot.offer('rear', now=1, camera=1)
    thread.join(15)
    assert taken == [[(0, 'front'), (1, 'rear')]]
    assert slot.counts() == Counts(received=3, dropped=1, in_flight=2)


def test_a_camera_that_stalls_is_waited_for_once():
    slot = ready(2)
    slot.offer('front', now=0, camera=0)
    assert slot.take(2, wait_s=0.01) == [(0, 'front')]
    slot.done(Outcome.ANSWERED, 0)
    slot.offer('front', now=1, camera=0)
    began = time.monotonic()
    assert slot.take(2, wait_s=100.0) == [(0, 'front')]  # would outlast the test
    assert time.monotonic() - began < 50
    slot.done(Outcome.ANSWERED, 0)
    slot.offer('rear', now=2, camera=1)
    slot.offer('front', now=2, camera=0)
    assert len(slot.take(2, wait_s=100.0)) == 2


def test_a_held_frame_waits_for_its_release():
    slot = ready(2)
    slot.offer('front', now=0, camera=0)
    slot.hold(*slot.take()[0])
    slot.offer('rear', now=0, camera=1)
    assert slot.take(2) == [(1, 'rear')]
    slot.offer('front again', now=1, camera=0)
    slot.release()
    assert slot.take() == [(0, 'front again')]
    assert slot.counts(0) == Counts(received=2, not_ready=1, in_flight=1)


def test_a_newer_frame_replaces_one_that_is_held():
    slot = ready(1)
    slot.offer('old', now=0)
    ((camera, frame),) = slot.take()
    slot.offer('new', now=1)
    slot.hold(camera, frame)
    slot.release()
    assert slot.take() == [(0, 'new')]
    assert slot.counts() == Counts(received=2, not_ready=1, in_flight=1)


def test_max_rate_is_of_each_camera():
    slot = ready(2)
    slot.set_max_rate(1)
    slot.offer('front', now=1000.0, camera=0)
    slot.offer('rear', now=1000.1, camera=1)
    slot.offer('front', now=1000.2, camera=0)
    assert [slot.counts(camera).throttled for camera in range(2)] == [1, 0]
