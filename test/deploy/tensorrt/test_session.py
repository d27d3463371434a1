# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""A deserialised engine: what it computes, on which thread, and how it is taken down.

Over the doubles: no kernel, no GPU memory and no CUDA graph of the real kind is involved.
"""

from collections.abc import Callable
import contextlib
import gc
import logging
import sys
import threading
from types import ModuleType

import numpy as np
import pytest

from hydranet_ros.deploy.cuda_capture import SETTING_UP
from hydranet_ros.deploy.options import BuilderOptions
from hydranet_ros.deploy.tensorrt.builder import build_plan
from hydranet_ros.deploy.tensorrt.messages import Messages
from hydranet_ros.deploy.tensorrt.order import BuildOrder
from hydranet_ros.deploy.tensorrt.runner import TensorRtRunner
from hydranet_ros.deploy.tensorrt.session import Session
from hydranet_ros.errors import HydranetError

from .conftest import DOUBLES
from .conftest import once
from .conftest import SHAPE

FAULT = 'TENSORRT_DOUBLE_FAULT'


@pytest.fixture
def plan(double: ModuleType, small_graph: Callable[..., bytes]) -> bytes:
    messages = Messages(lambda level, line: None)
    return bytes(
        build_plan(small_graph(), BuildOrder(BuilderOptions(), 0), messages, lambda line: None)
    )


@pytest.fixture
def runner(plan: bytes, host_cuda: ModuleType) -> TensorRtRunner:
    return TensorRtRunner(plan)


def run(runner: TensorRtRunner, seed: int = 0) -> float:
    """Run random pixels; give the largest error of the depth."""
    pixels = np.random.default_rng(seed).integers(0, 256, (*SHAPE, 3), np.uint8)
    runner.inputs['image'][:] = pixels
    runner.inputs['depth_scale'][:] = seed + 1
    assert runner.run(['depth', 'labels']) > 0
    expected = pixels.mean(-1, dtype=np.float32)
    np.testing.assert_array_equal(runner.outputs['labels'], expected.astype(np.uint8))
    return float(np.abs(runner.outputs['depth'] - expected * (seed + 1)).max())


def test_frames_are_copied_in_run_and_copied_out(runner: TensorRtRunner) -> None:
    assert [run(runner, seed) < 1e-3 for seed in range(3)] == [True] * 3
    runner.close()


def test_only_what_is_wanted_is_copied_out(runner: TensorRtRunner) -> None:
    run(runner, 0)
    before = runner.outputs['labels'].copy()
    runner.inputs['image'][:] = 255
    runner.run(['depth'])
    assert (runner.outputs['depth'] == 255).all()
    np.testing.assert_array_equal(runner.outputs['labels'], before)
    runner.close()


def test_the_work_is_recorded_once_as_a_graph(
    runner: TensorRtRunner, host_cuda: ModuleType
) -> None:
    host_cuda.journal.clear()
    run(runner)
    assert host_cuda.journal == [
        'cudaEventRecord',
        'cudaGraphLaunch',
        'cudaMemcpyAsync',
        'cudaMemcpyAsync',
        'cudaEventRecord',
        'cudaEventSynchronize',
        'cudaEventElapsedTime',
    ]
    runner.close()


@pytest.mark.parametrize(
    'fault',
    [(FAULT, 'capture')]
    + [
        ('CUDA_DOUBLE_FAULT', function)
        for function in ('cudaStreamBeginCapture', 'cudaGraphInstantiateWithFlags')
    ],
    ids=lambda fault: fault[1],
)
def test_without_a_graph_it_runs_all_the_same(
    plan: bytes,
    host_cuda: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    fault: tuple[str, str],
) -> None:
    caplog.set_level(logging.INFO)
    with monkeypatch.context() as faulty:
        faulty.setenv(*fault)
        runner = TensorRtRunner(plan)
    assert [run(runner, seed) < 1e-3 for seed in range(2)] == [True] * 2
    assert 'cudaGraphLaunch' not in host_cuda.journal
    assert len(caplog.records) == 1
    assert 'runs without a CUDA graph' in caplog.text
    runner.close()


def test_no_two_threads_capture_at_once(
    plan: bytes, host_cuda: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = Session._record
    held: list[bool] = []

    def noted(session: Session) -> object:
        held.append(SETTING_UP.locked())
        return record(session)

    monkeypatch.setattr(Session, '_record', noted)
    with contextlib.closing(TensorRtRunner(plan)):
        assert held == [True]
        assert not SETTING_UP.locked()


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
    run(runner)
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
    run(runner)
    del runner
    gc.collect()
    assert host_cuda.journal[-1] == 'cudaStreamDestroy'


def test_one_thread_owns_it_whoever_calls(plan: bytes, host_cuda: ModuleType) -> None:
    """Loading, frames and teardown are asked for by different threads."""
    made: list[TensorRtRunner] = []
    errors: list[float] = []
    for work in (
        lambda: made.append(TensorRtRunner(plan)),
        lambda: errors.append(run(made[0])),
        lambda: made[0].close(),
    ):
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
    assert errors[0] < 1e-3
    assert len(host_cuda.threads) == 1
    assert threading.get_ident() not in host_cuda.threads


@pytest.mark.parametrize(
    ('fault', 'error', 'words'),
    [
        ('deserialize', ValueError, 'TensorRT refuses the engine: .*Error Code 1'),
        ('deserialize memory', HydranetError, 'too little free memory .*: .*OutOfMemory'),
        ('context', HydranetError, 'too little free memory .*: Error Code 2: OutOfMemory'),
        ('execute', HydranetError, 'TensorRT did not run the engine: Error Code 1'),
    ],
)
def test_an_engine_that_does_not_load_leaves_nothing(
    plan: bytes,
    host_cuda: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    fault: str,
    error: type[Exception],
    words: str,
) -> None:
    """An engine that TensorRT refuses is built again, one that lacks memory only is not."""
    monkeypatch.setenv(FAULT, fault)
    with pytest.raises(error, match=words):
        TensorRtRunner(plan)
    assert host_cuda.journal[-1] == 'cudaStreamDestroy'
    assert not SETTING_UP.locked()


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


def test_a_gpu_without_memory_says_how_much_there_is(
    double: ModuleType,
    host_cuda: ModuleType,
    plan: bytes,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv('CUDA_DOUBLE_MEMORY_MB', '0')
    with pytest.raises(HydranetError, match=r'out of memory. Close .* \(1 of 1024 MiB are free\)'):
        TensorRtRunner(plan)


@pytest.mark.parametrize(
    'function', ['cudaSetDevice', 'cudaStreamCreateWithFlags', 'cudaMalloc', 'cudaMemcpyAsync']
)
def test_a_call_of_cuda_that_fails_is_named(
    plan: bytes, host_cuda: ModuleType, monkeypatch: pytest.MonkeyPatch, function: str
) -> None:
    monkeypatch.setenv('CUDA_DOUBLE_FAULT', function)
    with pytest.raises(HydranetError, match=f'{function} failed: double of cudaErrorLaunch'):
        TensorRtRunner(plan)


def test_a_frame_that_fails_raises_and_the_next_is_tried(
    runner: TensorRtRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as faulty:
        faulty.setenv('CUDA_DOUBLE_FAULT', 'cudaGraphLaunch')
        with pytest.raises(HydranetError, match='cudaGraphLaunch failed'):
            runner.run(['depth'])
    assert run(runner) < 1e-3
    runner.close()


@once
def test_the_old_layout_of_cuda_python_does_as_well(
    double: ModuleType, host_cuda: ModuleType, plan: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in sys.modules if name.split('.')[0] == 'cuda']:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.syspath_prepend(str(DOUBLES / 'cuda_12'))
    runner = TensorRtRunner(plan)
    assert 'cuda.cudart' in sys.modules
    assert 'cuda.bindings.runtime' not in sys.modules
    assert run(runner) < 1e-3
    runner.close()
