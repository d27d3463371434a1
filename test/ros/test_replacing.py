# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""One network in place of another in the worker: who answers, who fails, who frees.

The networks note their calls, as in test_worker.py; test_switch_races.py runs real ones.
"""

from collections.abc import Iterator

import pytest

from hydranet_ros.deploy.request import Shape
from hydranet_ros.errors import HydranetError
from hydranet_ros.ros.worker_state import WorkerState
from test.ros.conftest import wait_until
from test.ros.test_worker import Bench
from test.ros.test_worker import Network
from test.ros.test_worker import run


@pytest.fixture
def bench() -> Iterator[Bench]:
    yield from run(Bench())


def test_the_network_before_is_left_to_the_caller(bench):
    bench.worker.start()
    bench.offer_and_wait()
    network = Network()
    before = bench.worker.replace(network, lambda: None)
    bench.offer_and_wait()
    assert not bench.network.closed
    assert network.predicted == [[0]]
    assert bench.worker.built == 2
    before.free()
    assert bench.network.closed
    assert bench.worker.stop(20)
    assert network.closed


def test_a_take_over_that_fails_changes_nothing(bench):
    def take_over() -> None:
        raise HydranetError('no such class')

    bench.worker.start()
    bench.offer_and_wait()
    network = Network()
    with pytest.raises(HydranetError, match='no such class'):
        bench.worker.replace(network, take_over)
    bench.offer_and_wait(8)
    assert bench.network.predicted == [[0], [0]]
    assert network.prepared == []


def test_a_build_of_the_old_network_that_fails_late_does_not_stop_the_new_one(bench):
    bench.network.errors[None] = HydranetError('no memory')
    bench.network.may_build.clear()
    bench.worker.start()
    bench.offer()
    assert bench.network.building.wait(20)
    builder = bench.worker._running.builder

    def take_over() -> None:
        # By now it is too late for the builder to see that it is ended.
        bench.network.may_build.set()
        wait_until(lambda: builder.refusal(Shape(4, 6)), 'failure')

    network = Network()
    before = bench.worker.replace(network, take_over)
    before.free()
    bench.offer_and_wait()
    assert bench.worker.state is WorkerState.READY
    assert not bench.failed.is_set()
    assert network.predicted[-1] == [0]
