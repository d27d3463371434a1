# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""When a kept engine of TensorRT is used, when it is built again, and what faults cost.

The engines are those of the contract double.
"""

import hashlib
import json
import logging
from pathlib import Path
import shutil
import sys
from types import ModuleType

import numpy as np
import pytest

from hydranet_ros.deploy.build import build_engine
from hydranet_ros.deploy.cache import EngineCache
from hydranet_ros.deploy.engines import tensorrt_engine
from hydranet_ros.deploy.options import BuilderOptions
from hydranet_ros.deploy.request import BuildRequest

from .conftest import header_of
from .conftest import loads
from .conftest import once

ONE = np.ones(1, np.float32)


@pytest.fixture(scope='module')
def engines_of_versions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with a cache for each version, each filled by the first test that needs it."""
    return tmp_path_factory.mktemp('engines')


@pytest.fixture
def cached(
    double: ModuleType,
    host_cuda: ModuleType,
    request_: BuildRequest,
    engines_of_versions: Path,
    tmp_path: Path,
    version: str,
) -> EngineCache:
    """A cache with the engine of request_."""
    kept = engines_of_versions / version
    if not kept.exists():
        build_engine(request_, EngineCache(kept)).close()
    return EngineCache(Path(shutil.copytree(kept, tmp_path / 'engines')))


def rebuilds(request: BuildRequest, cache: EngineCache, caplog: pytest.LogCaptureFixture) -> str:
    """Build where the cache does not do; give what the log says of it."""
    lines: list[str] = []
    again = BuildRequest(**{**vars(request), 'on_progress': lines.append})
    caplog.clear()
    caplog.set_level(logging.WARNING)
    build_engine(again, cache).close()
    assert any('Building engine' in line for line in lines), 'it came from the cache'
    return caplog.text


def test_another_version_builds_again(
    cached: EngineCache,
    request_: BuildRequest,
    monkeypatch: pytest.MonkeyPatch,
    version: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    assert loads(request_, cached, monkeypatch)
    monkeypatch.setenv('TENSORRT_DOUBLE_VERSION', f'{version}.1')
    del sys.modules['tensorrt']  # to be imported afresh
    assert tensorrt_engine.version() == f'{version}.1, CUDA 13'
    assert rebuilds(request_, cached, caplog) == ''


def test_another_gpu_builds_again(
    cached: EngineCache,
    request_: BuildRequest,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv('CUDA_DOUBLE_GPU_NAME', 'Orin')
    assert tensorrt_engine.device() == 'Orin (compute capability 8.7)'
    assert rebuilds(request_, cached, caplog) == ''
    monkeypatch.delenv('CUDA_DOUBLE_GPU_NAME')
    assert loads(request_, cached, monkeypatch), 'the first is still there'


@once
def test_other_options_build_again(
    cached: EngineCache, request_: BuildRequest, caplog: pytest.LogCaptureFixture
) -> None:
    other = BuildRequest(**{**vars(request_), 'builder': BuilderOptions(optimization_level=1)})
    assert rebuilds(other, cached, caplog) == ''
    assert cached.folder is not None
    headers = [header_of(path.read_bytes()) for path in cached.folder.glob('*.engine')]
    assert sorted(one['optimization_level'] for one in headers) == [1, 3]


def test_a_damaged_engine_is_built_again(
    cached: EngineCache,
    request_: BuildRequest,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    assert cached.folder is not None
    (engine,) = cached.folder.glob('*.engine')
    engine.write_bytes(engine.read_bytes()[:-100])
    assert 'is stale or damaged; building again' in rebuilds(request_, cached, caplog)
    assert loads(request_, cached, monkeypatch)


def test_an_engine_that_tensorrt_refuses_is_built_again(
    cached: EngineCache,
    request_: BuildRequest,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Whole by its checksum, but of another TensorRT, as after a change that no version tells."""
    assert cached.folder is not None
    (sidecar,), (engine,) = cached.folder.glob('*.json'), cached.folder.glob('*.engine')
    engine.write_bytes(engine.read_bytes().replace(b'"Double of a GPU"', b'"Another"'))
    described = json.loads(sidecar.read_text())
    described['sha256'] = hashlib.sha256(engine.read_bytes()).hexdigest()
    sidecar.write_text(json.dumps(described))
    said = rebuilds(request_, cached, caplog)
    assert 'TensorRT refuses the engine: IRuntime::deserializeCudaEngine' in said
    assert len(caplog.records) == 1
    assert loads(request_, cached, monkeypatch)
