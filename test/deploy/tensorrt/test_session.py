# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""A deserialised engine: what it computes, on which thread, and how it is taken down.

Over the doubles: no kernel, no GPU memory and no CUDA graph of the real kind is involved.
"""

import contextlib
import logging
import sys
import threading
from types import ModuleType

import numpy as np
import pytest

from hydranet_ros.deploy.cuda_capture import SETTING_UP
from hydranet_ros.deploy.tensorrt.runner import TensorRtRunner
from hydranet_ros.deploy.tensorrt.session import Session

from .conftest import DOUBLES
from .conftest import FAULT
from .conftest import once
from .conftest import run_random


def test_frames_are_copied_in_run_and_copied_out(runner: TensorRtRunner) -> None:
    assert [run_random(runner, seed) < 1e-3 for seed in range(3)] == [True] * 3
    runner.close()


def test_only_what_is_wanted_is_copied_out(runner: TensorRtRunner) -> None:
    run_random(runner, 0)
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
    run_random(runner)
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
    assert [run_random(runner, seed) < 1e-3 for seed in range(2)] == [True] * 2
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


def test_one_thread_owns_it_whoever_calls(plan: bytes, host_cuda: ModuleType) -> None:
    """Loading, frames and teardown are asked for by different threads."""
    made: list[TensorRtRunner] = []
    errors: list[float] = []
    for work in (
        lambda: made.append(TensorRtRunner(plan)),
        lambda: errors.append(run_random(made[0])),
        lambda: made[0].close(),
    ):
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
    assert errors[0] < 1e-3
    assert len(host_cuda.threads) == 1
    assert threading.get_ident() not in host_cuda.threads


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
    assert run_random(runner) < 1e-3
    runner.close()
