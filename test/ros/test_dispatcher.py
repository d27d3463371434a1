# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""One round of the worker, with the network that only notes its calls (test_worker.py)."""

from collections.abc import Iterator

import pytest

from hydranet_ros.ros.counts import Counts
from hydranet_ros.ros.worker_state import WorkerState
from test.ros.test_worker import Bench
from test.ros.test_worker import run


@pytest.fixture
def bench() -> Iterator[Bench]:
    yield from run(Bench())


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
