# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The backend `tensorrt` with a real model: what it answers, and when its cache is used.

Over the doubles: neither speed nor parity of TensorRT is verified. The full cut itself runs, in
ONNX Runtime.
"""

from collections.abc import Callable
import hashlib
import importlib
import json
import logging
from pathlib import Path
import resource
import shutil
import sys
from types import ModuleType

import numpy as np
import onnx
import onnxruntime
import pytest

from hydranet_ros.deploy.build import build_engine
from hydranet_ros.deploy.cache import EngineCache
from hydranet_ros.deploy.calibration import calibrate
from hydranet_ros.deploy.engines import tensorrt_engine
from hydranet_ros.deploy.options import Backend
from hydranet_ros.deploy.options import BuilderOptions
from hydranet_ros.deploy.options import Precision
from hydranet_ros.deploy.request import BuildRequest
from hydranet_ros.deploy.selection import choose
from hydranet_ros.deploy.specialise import Arithmetic
from hydranet_ros.deploy.specialise import Cut
from hydranet_ros.errors import HydranetError
from test.deploy.conftest import Model

from .conftest import FACTS
from .conftest import header_of
from .conftest import once

SIZE = (64, 96)
ONE = np.ones(1, np.float32)
FAULT = 'TENSORRT_DOUBLE_FAULT'


@pytest.fixture
def request_(street_model: Model) -> BuildRequest:
    return street_model.request(SIZE, backend=Backend.TENSORRT)


@pytest.fixture
def cache(tmp_path: Path) -> EngineCache:
    return EngineCache(tmp_path / 'engines')


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


def loads(request: BuildRequest, cache: EngineCache, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Tell whether the cache does, by making every build fail."""
    with monkeypatch.context() as faulty:
        faulty.setenv(FAULT, 'build')
        try:
            build_engine(request, cache).close()
        except HydranetError:
            return False
    return True


def test_it_answers_as_the_full_cut_does(
    double: ModuleType,
    host_cuda: ModuleType,
    request_: BuildRequest,
    cache: EngineCache,
    frame: Callable,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lines: list[str] = []
    request_ = BuildRequest(**{**vars(request_), 'on_progress': lines.append})
    graph = request_.graph(Cut.FULL).SerializeToString()
    session = onnxruntime.InferenceSession(graph, providers=['CPUExecutionProvider'])
    built = build_engine(request_, cache)
    assert (built.name, built.precision, built.input_size) == ('tensorrt', 'fp32', SIZE)
    assert any(line.startswith('TensorRT: Building engine') for line in lines)
    monkeypatch.setenv(FAULT, 'build')
    loaded = build_engine(request_, cache)
    for seed, engine in enumerate((built, loaded)):
        rgb = frame(*SIZE, seed)
        found = engine.run([rgb], ONE * 2)[0]
        expected = session.run(None, {'image': rgb[None], 'depth_scale': ONE * 2})
        for output, value in zip(session.get_outputs(), expected, strict=True):
            if output.name in ('labels', 'confidence'):
                same = np.abs(found[output.name].astype(int) - value[0])
                assert (same > 1).mean() <= 1e-3, output.name
            else:
                np.testing.assert_allclose(found[output.name], value[0], rtol=1e-4, atol=1e-4)
        assert engine.timings.gpu is not None
        assert engine.timings.gpu > 0
        engine.close()


def test_another_version_builds_again(
    cached: EngineCache,
    request_: BuildRequest,
    monkeypatch: pytest.MonkeyPatch,
    version: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    assert loads(request_, cached, monkeypatch)
    monkeypatch.setenv('TENSORRT_DOUBLE_VERSION', f'{version}.1')
    importlib.reload(sys.modules['tensorrt'])
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
    assert not cache.folder.exists()


class TestAvailability:
    """On this machine without the doubles, and with them where something is missing."""

    @pytest.mark.skipif('importlib.util.find_spec("tensorrt")', reason='TensorRT is installed')
    def test_without_tensorrt(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(tensorrt_engine, 'gpu_present', lambda: False)
        assert tensorrt_engine.unavailable() == 'there is no NVIDIA GPU here'
        monkeypatch.setattr(tensorrt_engine, 'gpu_present', lambda: True)
        said = str(tensorrt_engine.unavailable())
        assert 'tensorrt is not installed; pip install tensorrt' in said
        assert 'apt install python3-libnvinfer, and a venv made with --system-' in said

    def test_it_can_run(self, double: ModuleType, version: str) -> None:
        assert tensorrt_engine.unavailable() is None
        assert tensorrt_engine.device() == 'Double of a GPU (compute capability 8.7)'
        assert tensorrt_engine.version() == f'{version}, CUDA 13'
        assert tensorrt_engine.precisions()[-1] is Precision.INT8
        choice = choose()
        assert (choice.backend, choice.precision) == (Backend.TENSORRT, Precision.FP16)

    def test_too_old(self, double: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(double, '__version__', '8.6.1')
        assert tensorrt_engine.unavailable() == (
            'TensorRT 8.6.1 is too old; install 10.3 (JetPack 6) or newer'
        )

    def test_without_cuda_python(
        self, double: ModuleType, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name in [name for name in sys.modules if name.split('.')[0] == 'cuda']:
            monkeypatch.delitem(sys.modules, name)
        monkeypatch.setitem(sys.modules, 'cuda', None)  # type: ignore[arg-type]
        assert 'cuda-python is not installed; pip install cuda-python' in str(
            tensorrt_engine.unavailable()
        )

    @pytest.mark.parametrize(
        ('variable', 'value', 'said'),
        [
            ('CUDA_DOUBLE_GPUS', '0', 'double of cudaErrorNoDevice'),
            ('CUDA_DOUBLE_FAULT', 'cudaGetDeviceCount', 'double of cudaErrorLaunchFailure'),
        ],
    )
    def test_without_a_gpu(
        self,
        double: ModuleType,
        monkeypatch: pytest.MonkeyPatch,
        variable: str,
        value: str,
        said: str,
    ) -> None:
        monkeypatch.setenv(variable, value)
        reason = str(tensorrt_engine.unavailable())
        assert reason.startswith('no NVIDIA GPU can be used (')
        assert said in reason
        assert 'see what nvidia-smi says' in reason


@once
def test_a_graph_outside_the_published_list_is_the_parser_s_to_refuse(
    double: ModuleType,
    request_: BuildRequest,
    small_graph: Callable[..., bytes],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    graph = onnx.load_model_from_string(small_graph(operators=('NonZero',)))
    graph.graph.node[-1].op_type = 'Bernoulli'
    monkeypatch.setattr(BuildRequest, 'graph', lambda *_: graph)
    with pytest.raises(HydranetError, match=r"node 4 'node_0' \(Bernoulli\): No importer"):
        tensorrt_engine.build(request_)
    assert 'does not take the graph' in caplog.text
    assert 'Trying all the same' in caplog.text


@once
def test_the_dla_has_no_fp32(double: ModuleType, request_: BuildRequest) -> None:
    options = BuilderOptions(dla_core=0)
    with pytest.raises(HydranetError, match='The DLA has no fp32; choose fp16'):
        tensorrt_engine.build(BuildRequest(**{**vars(request_), 'builder': options}))


def test_the_precision_is_written_into_the_graph() -> None:
    assert tensorrt_engine._ARITHMETIC == {
        Precision.FP32: Arithmetic.FLOAT32,
        Precision.FP16: Arithmetic.FLOAT16,
        Precision.INT8: Arithmetic.INT8_TENSORRT,
    }
    assert len(FACTS) == 3


@once
@pytest.mark.parametrize('precision', [Precision.FP16, Precision.INT8])
def test_half_precision_and_integers_run(
    double: ModuleType,
    host_cuda: ModuleType,
    street_model: Model,
    frame: Callable,
    precision: Precision,
) -> None:
    """On noise, whose labels hang by less than those of a street."""
    rgb, changes = frame(*SIZE), {}
    if precision is Precision.INT8:
        card, file = street_model.card, street_model.file
        changes['calibration'] = calibrate(card, file, [rgb], 'noise')
    request = street_model.request(SIZE, backend=Backend.TENSORRT, precision=precision, **changes)
    engine = build_engine(request, EngineCache(None))
    assert engine.precision == precision.value
    found = engine.run([rgb], ONE)[0]
    engine.close()
    reference = build_engine(street_model.request(SIZE), EngineCache(None))
    expected = reference.run([rgb], ONE)[0]
    assert (found['labels'] == expected['labels']).mean() > 0.9
    assert 0 < np.median(np.abs(found['depth'] / expected['depth'] - 1)) < 0.1
