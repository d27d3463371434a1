# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The backend `tensorrt` with a real model: what it answers.

Over the doubles: neither speed nor parity of TensorRT is verified. The full cut itself runs, in
ONNX Runtime.
"""

from collections.abc import Callable
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
from hydranet_ros.deploy.specialise import Arithmetic
from hydranet_ros.deploy.specialise import Cut
from hydranet_ros.errors import HydranetError
from test.deploy.conftest import Model

from .conftest import FACTS
from .conftest import FAULT
from .conftest import once
from .conftest import SIZE

ONE = np.ones(1, np.float32)


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
