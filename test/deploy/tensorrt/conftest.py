# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The contract double in TensorRT's place, for each of its three versions. It is not TensorRT."""

from collections.abc import Callable
from collections.abc import Iterator
import importlib
import json
import os
from pathlib import Path
import sys
from types import ModuleType

import numpy as np
from onnx import helper
from onnx import numpy_helper
from onnx import TensorProto
import pytest

from hydranet_ros.deploy.build import build_engine
from hydranet_ros.deploy.cache import EngineCache
from hydranet_ros.deploy.options import Backend
from hydranet_ros.deploy.options import BuilderOptions
from hydranet_ros.deploy.request import BuildRequest
from hydranet_ros.deploy.tensorrt.build import build_in_child
from hydranet_ros.deploy.tensorrt.builder import build_plan
from hydranet_ros.deploy.tensorrt.messages import Messages
from hydranet_ros.deploy.tensorrt.order import BuildOrder
from hydranet_ros.deploy.tensorrt.runner import TensorRtRunner
from hydranet_ros.errors import HydranetError
from test.conftest import ROOT
from test.deploy.conftest import Model

FACTS = {
    path.stem.removeprefix('tensorrt-'): path
    for path in sorted((ROOT / 'test/deploy/tensorrt_api').glob('tensorrt-*.json'))
}
FAULT = 'TENSORRT_DOUBLE_FAULT'
DOUBLES = ROOT / 'test' / 'doubles'
SHAPE = (1, 6, 8)
SIZE = (64, 96)
# for what does not depend on the version
once = pytest.mark.parametrize('version', [max(FACTS)])


@pytest.fixture(params=FACTS)
def version(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def double(version: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """Put the doubles of TensorRT and CUDA where this process and its children import from."""
    monkeypatch.setenv('TENSORRT_DOUBLE_API', str(FACTS[version]))
    monkeypatch.setenv('OMP_NUM_THREADS', '1')
    monkeypatch.syspath_prepend(str(DOUBLES))
    kept = {name: sys.modules.pop(name) for name in list(sys.modules) if _is_replaced(name)}
    yield importlib.import_module('tensorrt')
    for name in filter(_is_replaced, list(sys.modules)):
        del sys.modules[name]
    sys.modules.update(kept)


def _is_replaced(name: str) -> bool:
    return name.split('.')[0] in ('tensorrt', 'cuda')


@pytest.fixture
def host_cuda(double: ModuleType) -> Iterator[ModuleType]:
    """The double's memory, handles and journal: nothing may be left when the test ends."""
    module = importlib.import_module('host_cuda')
    kept = (module.alive, module.device_memory, module.pinned_memory)
    for one in (*kept, module.journal, module.threads):
        one.clear()  # of a test that failed
    yield module
    assert not any(kept)


@pytest.fixture(scope='session')
def small_graph() -> Callable[..., bytes]:
    """Make a graph with a network's inputs and outputs: depth, the channels' mean times a scale.

    ballast: bytes that it weighs more. operators: unknown ones to end with.
    """

    def make(ballast: int = 0, operators: tuple[str, ...] = ()) -> bytes:
        nodes = [
            helper.make_node('Cast', ['image'], ['float'], to=TensorProto.FLOAT),
            helper.make_node('ReduceMean', ['float'], ['mean'], axes=[3], keepdims=0),
            helper.make_node('Mul', ['mean', 'depth_scale'], ['depth']),
            helper.make_node('Cast', ['mean'], ['labels'], to=TensorProto.UINT8),
        ]
        for i, operator in enumerate(operators):
            nodes.append(helper.make_node(operator, ['mean'], [f'x{i}'], name=f'node_{i}'))
        graph = helper.make_graph(
            nodes,
            'small',
            [
                helper.make_tensor_value_info('image', TensorProto.UINT8, [*SHAPE, 3]),
                helper.make_tensor_value_info('depth_scale', TensorProto.FLOAT, [1]),
            ],
            [
                helper.make_tensor_value_info('labels', TensorProto.UINT8, SHAPE),
                helper.make_tensor_value_info('depth', TensorProto.FLOAT, SHAPE),
            ],
            [numpy_helper.from_array(np.ones(ballast, np.uint8), 'ballast')],
        )
        opset = [helper.make_opsetid('', 17)]
        return helper.make_model(graph, opset_imports=opset, ir_version=10).SerializeToString()

    return make


def header_of(plan: bytes) -> dict:
    """Read how the double built a plan."""
    return json.loads(plan.split(b'\n', 2)[1])


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder for temporary files, which must be empty in the end."""
    folder = tmp_path / 'tmp'
    folder.mkdir()
    monkeypatch.setattr('tempfile.tempdir', str(folder))
    return folder


@pytest.fixture
def request_(street_model: Model) -> BuildRequest:
    return street_model.request(SIZE, backend=Backend.TENSORRT)


@pytest.fixture
def cache(tmp_path: Path) -> EngineCache:
    return EngineCache(tmp_path / 'engines')


@pytest.fixture
def plan(double: ModuleType, small_graph: Callable[..., bytes]) -> bytes:
    messages = Messages(lambda level, line: None)
    return bytes(
        build_plan(small_graph(), BuildOrder(BuilderOptions(), 0), messages, lambda line: None)
    )


@pytest.fixture
def runner(plan: bytes, host_cuda: ModuleType) -> TensorRtRunner:
    return TensorRtRunner(plan)


def run_random(runner: TensorRtRunner, seed: int = 0) -> float:
    """Run random pixels; give the largest error of the depth."""
    pixels = np.random.default_rng(seed).integers(0, 256, (*SHAPE, 3), np.uint8)
    runner.inputs['image'][:] = pixels
    runner.inputs['depth_scale'][:] = seed + 1
    assert runner.run(['depth', 'labels']) > 0
    expected = pixels.mean(-1, dtype=np.float32)
    np.testing.assert_array_equal(runner.outputs['labels'], expected.astype(np.uint8))
    return float(np.abs(runner.outputs['depth'] - expected * (seed + 1)).max())


def loads(request: BuildRequest, cache: EngineCache, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Tell whether the cache does, by making every build fail."""
    with monkeypatch.context() as faulty:
        faulty.setenv(FAULT, 'build')
        try:
            build_engine(request, cache).close()
        except HydranetError:
            return False
    return True


def order(timing_cache: str = '', **options: int) -> BuildOrder:
    return BuildOrder(BuilderOptions(**options), os.getpid(), timing_cache)


def ignore(line: str) -> None:
    pass


def refusal(graph: bytes, given: BuildOrder | None = None, **options: float) -> str:
    """Give the words with which a build ends."""
    with pytest.raises(HydranetError) as caught:
        build_in_child(graph, given or order(), ignore, **options)
    return str(caught.value)
