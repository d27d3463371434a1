# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""What ONNX Runtime's GPU providers share, run by its CPU provider.

Not verified here: the providers themselves, whose tests are marked gpu.
"""

from collections.abc import Callable
from pathlib import Path
import sys

import numpy as np
from onnx import helper
from onnx import numpy_helper
from onnx import TensorProto
import onnxruntime
import pytest

from hydranet_ros.deploy.build import build_engine
from hydranet_ros.deploy.cache import EngineCache
from hydranet_ros.deploy.calibration import calibrate
from hydranet_ros.deploy.engines import backend_module
from hydranet_ros.deploy.engines import onnxruntime_gpu
from hydranet_ros.deploy.engines.onnxruntime_gpu import OnnxRuntimeGpuRunner
from hydranet_ros.deploy.engines.onnxruntime_gpu import Provider
from hydranet_ros.deploy.engines.onnxruntime_gpu import providers_of
from hydranet_ros.deploy.options import Backend
from hydranet_ros.deploy.options import Precision
from hydranet_ros.errors import HydranetError
from test.deploy.conftest import Model

ONE = np.ones(1, np.float32)
ON_GPU = {
    Backend.ONNXRUNTIME_CUDA: Provider.CUDA,
    Backend.ONNXRUNTIME_TENSORRT: Provider.TENSORRT,
}


@pytest.mark.parametrize('precision', [Precision.FP32, Precision.FP16])
def test_the_full_cut_equals_the_cpu_engine(
    street_model: Model, frame: Callable, precision: Precision
) -> None:
    rgb = frame(97, 131)
    request = street_model.request(
        (97, 131), backend=Backend.ONNXRUNTIME_CUDA, precision=precision
    )
    kept: list[bytes] = []
    built = onnxruntime_gpu.build(request, Provider.CPU, kept.append)
    loaded = onnxruntime_gpu.load(request, kept[0], Provider.CPU)
    plain = build_engine(street_model.request((97, 131)), EngineCache(None)).run([rgb], ONE)[0]
    exact = precision is Precision.FP32
    for engine in (built, loaded):
        assert (engine.name, engine.precision) == ('onnxruntime-cuda', precision.value)
        found = engine.run([rgb], ONE)[0]
        assert set(found) == set(plain)
        assert (found['labels'] != plain['labels']).mean() <= (1e-3 if exact else 0.1)
        error = np.abs(found['depth'] - plain['depth']) / plain['depth'].max()
        assert error.mean() <= (1e-4 if exact else 0.02)
        assert exact or error.max() > 1e-4, 'the precision was not written into the graph'
        assert engine.timings.gpu is None


def test_int8_runs_as_it_is_written(street_model: Model, frame: Callable) -> None:
    """What ONNX Runtime hands to TensorRT is the graph that parity was measured with."""
    assert backend_module(Backend.ONNXRUNTIME_TENSORRT).precisions()[-1] is Precision.INT8
    assert Precision.INT8 not in backend_module(Backend.ONNXRUNTIME_CUDA).precisions()
    rgb = frame(96, 128)
    request = street_model.request(
        (96, 128),
        backend=Backend.ONNXRUNTIME_TENSORRT,
        precision=Precision.INT8,
        calibration=calibrate(street_model.card, street_model.file, [rgb], 'noise'),
    )
    engine = onnxruntime_gpu.build(request, Provider.CPU)
    found = engine.run([rgb], ONE)[0]
    engine.close()
    plain = build_engine(street_model.request((96, 128)), EngineCache(None)).run([rgb], ONE)[0]
    assert (found['labels'] == plain['labels']).mean() > 0.9
    assert 0 < np.median(np.abs(found['depth'] / plain['depth'] - 1)) < 0.1


def test_arrays_are_bound_once_for_each_set_of_outputs(
    street_model: Model, frame: Callable
) -> None:
    request = street_model.request((64, 96), batch=2)
    kept: list[bytes] = []
    onnxruntime_gpu.build(request, Provider.CPU, kept.append)
    stored = kept[0]
    runner = OnnxRuntimeGpuRunner(stored, providers_of(request, stored, Provider.CPU))
    assert runner.inputs['image'].shape == (2, 64, 96, 3)
    runner.inputs['depth_scale'][:] = (1, 2)
    runner.inputs['image'][:] = frame(64, 96)
    runner.outputs['labels'][:] = 255
    runner.run(['depth'])
    assert (runner.outputs['labels'] == 255).all()
    first, second = runner.outputs['depth'].copy()
    np.testing.assert_allclose(second, 2 * first, rtol=1e-3)
    runner.inputs['image'][0] = 0
    runner.run(['depth'])
    assert (runner.outputs['depth'][0] != first).any()
    runner.run(['labels', 'depth'])
    assert (runner.outputs['labels'] < 11).all()
    assert len(runner._bindings) == 2
    runner.close()


def test_a_frame_that_fails_says_what_to_do() -> None:
    """Here an index out of range; on a GPU mostly memory, which is taken in the first frame."""
    nodes = [
        helper.make_node('Cast', ['depth_scale'], ['index'], to=TensorProto.INT64),
        helper.make_node('Gather', ['table', 'index'], ['depth']),
    ]
    graph = helper.make_graph(
        nodes,
        'table',
        [helper.make_tensor_value_info('depth_scale', TensorProto.FLOAT, [1])],
        [helper.make_tensor_value_info('depth', TensorProto.FLOAT, [1])],
        [numpy_helper.from_array(np.ones(2, np.float32), 'table')],
    )
    opset = [helper.make_opsetid('', 17)]
    model = helper.make_model(graph, opset_imports=opset, ir_version=10).SerializeToString()
    runner = OnnxRuntimeGpuRunner(model, [(Provider.CPU.value, {})])
    runner.run(['depth'])
    runner.inputs['depth_scale'][:] = 7
    with pytest.raises(HydranetError, match=r'CPUExecutionProvider failed: .*indices.*Free GPU'):
        runner.run(['depth'])


@pytest.mark.parametrize('provider', ON_GPU.values())
def test_a_provider_that_does_not_start_is_no_silent_fallback(
    street_model: Model, provider: Provider
) -> None:
    if provider.value in onnxruntime.get_available_providers():
        pytest.skip('this onnxruntime has it')
    request = street_model.request((64, 96))
    kept: list[bytes] = []
    onnxruntime_gpu.build(request, Provider.CPU, kept.append)
    stored = kept[0]
    with (
        pytest.warns(UserWarning, match='not in available'),
        pytest.raises(HydranetError, match='does not start its'),
    ):
        onnxruntime_gpu.load(request, stored, provider)


@pytest.mark.parametrize('backend', ON_GPU)
def test_what_to_install_is_said(backend: Backend, monkeypatch: pytest.MonkeyPatch) -> None:
    module = backend_module(backend)
    provider = ON_GPU[backend].value
    monkeypatch.setattr(onnxruntime, 'get_available_providers', lambda: ['CPUExecutionProvider'])
    assert f'has no {provider}; pip uninstall onnxruntime' in module.unavailable()
    monkeypatch.setattr(onnxruntime, 'get_available_providers', lambda: [provider])
    monkeypatch.setattr(onnxruntime_gpu, 'gpu_present', lambda: False)
    assert module.unavailable() == 'there is no NVIDIA GPU here'
    monkeypatch.setattr(onnxruntime_gpu, 'gpu_present', lambda: True)
    assert module.unavailable() is None
    monkeypatch.setitem(sys.modules, 'onnxruntime', None)
    assert 'pip install onnxruntime-gpu' in module.unavailable()


@pytest.mark.gpu
@pytest.mark.parametrize(
    ('backend', 'precision'),
    [(one, precision) for one in ON_GPU for precision in backend_module(one).precisions()],
)
def test_the_gpu_says_what_the_cpu_says(
    street_model: Model, frame: Callable, tmp_path: Path, backend: Backend, precision: Precision
) -> None:
    reason = backend_module(backend).unavailable()
    if reason is not None:
        pytest.skip(reason)
    rgb = frame(97, 131)
    plain = build_engine(street_model.request((97, 131)), EngineCache(None)).run([rgb], ONE)[0]
    request = street_model.request((97, 131), backend=backend, precision=precision)
    for _ in ('built', 'from the cache'):
        engine = build_engine(request, EngineCache(tmp_path))
        found = engine.run([rgb], ONE)[0]
        assert (found['labels'] == plain['labels']).mean() > 0.9
        error = np.abs(found['depth'] - plain['depth']) / plain['depth'].max()
        assert error.mean() < 0.03
        engine.close()
