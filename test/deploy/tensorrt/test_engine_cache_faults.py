# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""What is kept of an engine of TensorRT where disk, build or memory fail.

The engines are those of the contract double.
"""

import resource
from types import ModuleType

import numpy as np
import pytest

from hydranet_ros.deploy.build import build_engine
from hydranet_ros.deploy.cache import EngineCache
from hydranet_ros.deploy.engines import tensorrt_engine
from hydranet_ros.deploy.request import BuildRequest
from hydranet_ros.errors import HydranetError

from .conftest import FAULT
from .conftest import loads
from .conftest import SIZE

ONE = np.ones(1, np.float32)


def test_a_full_disk_costs_a_log_line(
    double: ModuleType,
    host_cuda: ModuleType,
    request_: BuildRequest,
    cache: EngineCache,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The engine fits where it is built, and not where it is kept."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    build = tensorrt_engine.build_in_child

    def build_then_fill_the_disk(*arguments: object) -> bytes:
        plan = build(*arguments)  # type: ignore[arg-type]
        resource.setrlimit(resource.RLIMIT_FSIZE, (len(plan) - 1, before[1]))
        return plan

    monkeypatch.setattr(tensorrt_engine, 'build_in_child', build_then_fill_the_disk)
    try:
        engine = build_engine(request_, cache)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert 'was not kept' in caplog.text
    assert engine.run([np.zeros((*SIZE, 3), np.uint8)], ONE)[0]['labels'].shape == SIZE
    engine.close()
    assert not loads(request_, cache, monkeypatch)
    assert cache.folder is not None
    assert not list(cache.folder.glob('*.part'))


def test_a_failed_build_keeps_nothing(
    double: ModuleType,
    host_cuda: ModuleType,
    request_: BuildRequest,
    cache: EngineCache,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for fault, words in (('parse', "'node_"), ('kill', 'was killed'), ('deserialize', 'refuses')):
        monkeypatch.setenv(FAULT, fault)
        with pytest.raises(HydranetError, match=words if fault != 'parse' else r'node \d+ '):
            build_engine(request_, cache)
    assert cache.folder is not None
    assert not list(cache.folder.iterdir())


@pytest.mark.parametrize('fault', ['deserialize memory', 'context', 'CUDA memory'])
def test_an_engine_for_which_memory_is_missing_is_not_built_again(
    double: ModuleType,
    host_cuda: ModuleType,
    request_: BuildRequest,
    cache: EngineCache,
    monkeypatch: pytest.MonkeyPatch,
    fault: str,
) -> None:
    """Neither where it was just built nor where it was kept."""
    with monkeypatch.context() as faulty:
        if fault == 'CUDA memory':
            faulty.setenv('CUDA_DOUBLE_MEMORY_MB', '0')
        else:
            faulty.setenv(FAULT, fault)
        for _ in range(2):
            with pytest.raises(HydranetError, match='Close what else uses the GPU'):
                build_engine(request_, cache)
            faulty.setattr(tensorrt_engine, 'build_in_child', None)
    assert loads(request_, cache, monkeypatch)
