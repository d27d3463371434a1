# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""What of TensorRT and CUDA fails as an engine is loaded or run, and what is said of it.

Over the doubles, which fail where the tests say.
"""

from types import ModuleType

import pytest

from hydranet_ros.deploy.cuda_capture import SETTING_UP
from hydranet_ros.deploy.tensorrt.runner import TensorRtRunner
from hydranet_ros.errors import HydranetError

from .conftest import FAULT
from .conftest import run_random


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
    assert run_random(runner) < 1e-3
    runner.close()
