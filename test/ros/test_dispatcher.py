# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""One round of the worker, and what builds its engines; the network only notes its calls."""

from collections.abc import Iterator
import threading

import pytest

from hydranet_ros.deploy.request import Shape
from hydranet_ros.frame_counts import Counts
from hydranet_ros.ros.engine_builder import EngineBuilder
from hydranet_ros.ros.worker_state import WorkerState
from test.ros.conftest import wait_until
from test.ros.test_worker import Bench
from test.ros.test_worker import Log
from test.ros.test_worker import Network
from test.ros.test_worker import run


@pytest.fixture
def bench() -> Iterator[Bench]:
    yield from run(Bench())


@pytest.fixture
def four() -> Iterator[Bench]:
    yield from run(Bench(cameras=4))


def fail(*_: object) -> None:
    raise ZeroDivisionError('the publisher is broken')


def test_what_fails_without_a_prediction_costs_one_frame(bench):
    camera = bench.cameras[0]
    camera.watched, camera.pass_on = False, fail
    bench.worker.start()
    bench.offer_and_wait()
    text = 'ZeroDivisionError: the publisher is broken'
    assert (bench.log.errors, camera.skipped) == ([f'Image skipped: {text}'], text)
    camera.watched = True
    bench.offer_and_wait()
    assert bench.slot.counts() == Counts(received=2, failed=1, answered=1)
    assert bench.worker.state is WorkerState.READY
    assert not bench.failed.is_set()


def test_first_sizes_and_batches_of_cameras_are_no_change_of_size(four):
    four.worker.max_batch, four.worker.batch_wait = 4, 20.0
    four.worker.start()
    for _ in range(2):
        for camera in range(4):
            four.offer(4 + 4 * (camera % 2), camera=camera)
        four.wait_for_the_end()
        wait_until(lambda: len(four.network.prepared) == 4, 'engines of both sizes and batches')
    assert [camera.rebuilt for camera in four.cameras] == [0, 0, 0, 0]
    wait_until(lambda: four.worker.built == 4, 'count of the engines')


def test_further_sizes_and_returns_are_counted_for_their_camera(four):
    four.worker.start()
    four.offer_and_wait(4, camera=1)
    for height in (8, 4, 8, 12):
        four.offer_and_wait(height, camera=0)
    assert [camera.rebuilt for camera in four.cameras] == [1, 0, 0, 0]
    four.network.prepared.remove(Shape(8, 6))  # as the pool does where others need the room
    four.offer_and_wait(8, camera=0)
    assert [camera.rebuilt for camera in four.cameras] == [2, 0, 0, 0]


def test_an_engine_for_two_cameras_is_counted_once(four):
    four.worker.start()
    for camera in (0, 1):
        four.offer_and_wait(4, camera=camera)
    four.network.may_build.clear()
    four.offer(8, camera=0)
    wait_until(lambda: four.cameras[0].rebuilt == 1, 'wish for an engine')
    taken, read = threading.Event(), four.cameras[1].read
    four.cameras[1].read = lambda *arguments: taken.set() or read(*arguments)
    four.offer(8, camera=1)
    assert taken.wait(20)
    four.network.may_build.set()
    four.wait_for_the_end()
    assert [camera.rebuilt for camera in four.cameras] == [1, 0, 0, 0]


def test_an_engine_that_is_there_is_not_built():
    network, done = Network(), threading.Event()
    network.prepared.append(Shape(4, 6))
    builder = EngineBuilder(network, done.set, lambda *_: None, Log())
    assert builder.request(Shape(4, 6))
    assert done.wait(20)
    assert builder.built == 0
    done.clear()
    assert builder.request(Shape(8, 6))
    assert done.wait(20)
    assert builder.built == 1
    builder.end()
    builder.join()
