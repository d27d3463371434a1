# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The worker's thread: what it builds when, what an error costs, who frees.

The network here only notes its calls, because what is tested is the order of them; test_node.py
runs the real one.
"""

import threading

import pytest
from sensor_msgs.msg import Image

from hydranet_ros.errors import FrameError
from hydranet_ros.errors import HydranetError
from hydranet_ros.ros.slot import Counts
from hydranet_ros.ros.slot import FrameSlot
from hydranet_ros.ros.slot import Outcome
from hydranet_ros.ros.worker import Frame
from hydranet_ros.ros.worker import Worker
from hydranet_ros.ros.worker import WorkerState
from test.ros.conftest import wait_until


class Network:
    """Notes what is asked of it, and on which thread."""

    description = 'a network that notes its calls'

    def __init__(self) -> None:
        self.prepared: list[tuple[int, int]] = []
        self.threads: set[str] = set()
        self.building = threading.Event()
        self.may_build = threading.Event()
        self.may_build.set()
        self.error: Exception | None = None
        self.closed = False

    def prepare(self, height: int, width: int) -> None:
        self.threads.add(threading.current_thread().name)
        self.building.set()
        assert self.may_build.wait(20)
        if self.error is not None:
            raise self.error
        self.prepared.append((height, width))

    def close(self) -> None:
        self.threads.add(threading.current_thread().name)
        self.closed = True


class Log:
    def __init__(self) -> None:
        self.errors: list[str] = []

    def info(self, text: str, **_: object) -> None: ...

    def error(self, text: str, **_: object) -> None:
        self.errors.append(text)


class Bench:
    """A worker with everything around it that a test looks at."""

    def __init__(self) -> None:
        self.network = Network()
        self.slot: FrameSlot[Frame] = FrameSlot()
        self.answered: list[Frame] = []
        self.failed = threading.Event()
        self.log = Log()
        self.load_error: Exception | None = None
        self.answer_error: Exception | None = None
        self.worker = Worker(self.slot, self._load, self, self.failed.set, self.log)

    def offer(self, height: int = 4, width: int = 6) -> None:
        self.slot.offer(Frame(Image(height=height, width=width), 0.0), now=0.0)

    def offer_and_wait(self, height: int = 4, width: int = 6) -> None:
        self.offer(height, width)
        wait_until(lambda: self.slot.counts().in_flight == 0, 'the end of the frame')

    def _load(self) -> Network:
        if self.load_error is not None:
            raise self.load_error
        return self.network

    def check(self, frame: Frame) -> None:
        if 0 in (frame.message.height, frame.message.width):
            raise FrameError('no pixels')

    def __call__(self, network: Network, frame: Frame, free_since: float) -> Outcome:
        if self.answer_error is not None:
            error, self.answer_error = self.answer_error, None
            raise error
        self.answered.append(frame)
        return Outcome.ANSWERED


@pytest.fixture
def bench():
    bench = Bench()
    yield bench
    bench.network.may_build.set()
    assert bench.worker.stop(20)


def test_engine_is_built_once_a_size(bench):
    bench.worker.start()
    for height in (4, 4, 8, 8, 4):
        bench.offer_and_wait(height)
    assert bench.network.prepared == [(4, 6), (8, 6), (4, 6)]
    assert bench.slot.counts() == Counts(received=5, answered=5)
    assert bench.worker.state is WorkerState.READY


def test_frames_during_the_build_are_not_ready_and_the_newest_is_answered(bench):
    bench.network.may_build.clear()
    bench.worker.start()
    bench.offer()
    assert bench.network.building.wait(20)
    assert bench.worker.state is WorkerState.BUILDING
    for _ in range(3):
        bench.offer()
    bench.network.may_build.set()
    wait_until(lambda: bench.slot.counts().in_flight == 0, 'the answer')
    # The first asked for the build, two were replaced by the last, which is answered.
    assert bench.slot.counts() == Counts(received=4, not_ready=3, answered=1)


def test_an_error_costs_one_frame(bench):
    bench.worker.start()
    bench.offer_and_wait()
    bench.answer_error = HydranetError('this frame is broken')
    bench.offer_and_wait()
    bench.answer_error = ZeroDivisionError('and so is this')
    bench.offer_and_wait()
    bench.offer_and_wait()
    assert bench.slot.counts() == Counts(received=4, answered=2, failed=2)
    assert bench.log.errors == [
        'Image skipped: this frame is broken',
        'Image skipped: ZeroDivisionError: and so is this',
    ]


@pytest.mark.parametrize('error', [HydranetError('no such model'), MemoryError('too large')])
def test_a_model_that_does_not_load_is_reported(bench, error):
    bench.load_error = error
    bench.offer()
    bench.worker.start()
    assert bench.failed.wait(20)
    assert bench.worker.state is WorkerState.FAILED
    assert str(error) in bench.worker.error
    bench.slot.clear()
    assert bench.slot.counts() == Counts(received=1, not_ready=1)


def test_an_engine_that_does_not_build_is_reported_and_freed(bench):
    bench.network.error = HydranetError('the engine cannot be built')
    bench.worker.start()
    bench.offer()
    assert bench.failed.wait(20)
    assert bench.worker.error == 'the engine cannot be built'
    assert bench.worker.stop(20)
    assert bench.network.closed
    assert bench.slot.counts() == Counts(received=1, not_ready=1)


def test_one_thread_owns_the_network(bench):
    bench.worker.start()
    bench.offer_and_wait()
    assert bench.worker.stop(20)
    assert bench.network.closed
    assert bench.network.threads == {'perception'}


def test_stop_does_not_wait_for_a_build(bench):
    bench.network.may_build.clear()
    bench.worker.start()
    bench.offer()
    assert bench.network.building.wait(20)
    assert not bench.worker.stop(0.05)
    bench.network.may_build.set()
    assert bench.worker.stop(20)
    assert bench.network.closed


@pytest.mark.parametrize('error', [None, HydranetError('the engine cannot be built')])
def test_a_build_that_ends_after_the_stop_is_of_no_consequence(bench, error):
    bench.network.may_build.clear()
    bench.network.error = error
    bench.worker.start()
    bench.offer()
    assert bench.network.building.wait(20)
    assert not bench.worker.stop(0.0)
    bench.network.may_build.set()
    assert bench.worker.stop(20)
    assert bench.answered == []  # the publishers are gone
    assert not bench.failed.is_set()
    assert bench.log.errors == []
    assert bench.slot.counts() == Counts(received=1, not_ready=1)


def test_an_unreadable_image_builds_nothing(bench):
    bench.worker.start()
    bench.offer_and_wait(0, 0)
    assert bench.network.prepared == []
    assert bench.slot.counts().failed == 1
    assert bench.log.errors == ['Image skipped: no pixels']


def test_a_size_that_the_network_cannot_take_costs_its_frames_only(bench):
    bench.worker.start()
    bench.network.error = FrameError('too small')
    bench.offer_and_wait(4, 6)
    bench.network.error = None
    bench.offer_and_wait(8, 6)
    assert bench.log.errors == ['Image skipped: too small']
    assert (bench.slot.counts().failed, bench.slot.counts().answered) == (1, 1)
    assert not bench.failed.is_set()
