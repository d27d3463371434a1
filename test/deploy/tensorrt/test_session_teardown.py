# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""How a session is taken down: in which order, and what stays where that fails.

Over the doubles: no GPU memory of the real kind is involved.
"""

import gc
from types import ModuleType

import pytest

from hydranet_ros.deploy.tensorrt.runner import TensorRtRunner
from hydranet_ros.errors import HydranetError

from .conftest import once
from .conftest import run_random


def test_what_a_failed_frame_left_is_done_before_the_engine_goes(
    runner: TensorRtRunner, host_cuda: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as faulty:
        faulty.setenv('CUDA_DOUBLE_FAULT', 'cudaMemcpyAsync')
        with pytest.raises(HydranetError, match='cudaMemcpyAsync failed'):
            runner.run(['depth'])
    assert runner._session._stream.queue, 'the launch is still to be done'
    host_cuda.journal.clear()
    runner.close()
    order = host_cuda.journal
    assert order.index('cudaStreamSynchronize') < order.index('IExecutionContext')


def test_it_is_taken_down_in_order(runner: TensorRtRunner, host_cuda: ModuleType) -> None:
    run_random(runner)
    host_cuda.journal.clear()
    runner.close()
    assert host_cuda.journal == [
        'cudaStreamSynchronize',
        'cudaGraphExecDestroy',
        'IExecutionContext',
        'ICudaEngine',
        'Runtime',
        *['cudaFree'] * 4,
        *['cudaFreeHost'] * 4,
        *['cudaEventDestroy'] * 2,
        'cudaStreamDestroy',
    ]
    runner.close()
    assert host_cuda.journal[-1] == 'cudaStreamDestroy'
    assert not runner.inputs, 'its memory is gone'


@pytest.mark.parametrize('function', ['cudaFree', 'cudaEventDestroy', 'cudaGraphExecDestroy'])
@once
def test_what_cannot_be_freed_keeps_nothing_else(
    runner: TensorRtRunner,
    host_cuda: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    function: str,
) -> None:
    with monkeypatch.context() as faulty:
        faulty.setenv('CUDA_DOUBLE_FAULT', function)
        runner.close()
    assert f'{function} failed' in caplog.text
    assert host_cuda.journal[-1] == 'cudaStreamDestroy'
    assert not host_cuda.pinned_memory
    host_cuda.device_memory.clear()
    host_cuda.alive.clear()


@once
def test_what_is_forgotten_is_freed(plan: bytes, host_cuda: ModuleType) -> None:
    runner = TensorRtRunner(plan)
    run_random(runner)
    del runner
    gc.collect()
    assert host_cuda.journal[-1] == 'cudaStreamDestroy'


@once
def test_a_teardown_that_fails_ends_its_thread(
    runner: TensorRtRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    close = runner._session.close

    def fail() -> None:
        close()
        raise HydranetError('the GPU is lost')

    monkeypatch.setattr(runner._session, 'close', fail)
    with pytest.raises(HydranetError, match='the GPU is lost'):
        runner.close()
    with pytest.raises(RuntimeError, match='shutdown'):
        runner._owner.submit(int)
