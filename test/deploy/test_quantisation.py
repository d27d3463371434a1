# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The two writings of int8. That of TensorRT runs on ONNX Runtime here, never on TensorRT."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import onnx
from onnx import numpy_helper
from onnx import TensorProto
import onnxruntime
import pytest

from hydranet_ros.deploy.build import build_engine
from hydranet_ros.deploy.cache import EngineCache
from hydranet_ros.deploy.calibration import calibrate
from hydranet_ros.deploy.calibration import Calibration
from hydranet_ros.deploy.engines import backend_module
from hydranet_ros.deploy.options import Backend
from hydranet_ros.deploy.options import Precision
from hydranet_ros.deploy.quantisation import SENSITIVE
from hydranet_ros.deploy.specialise import Arithmetic
from hydranet_ros.deploy.specialise import Cut
from hydranet_ros.deploy.specialise import GraphSpec
from hydranet_ros.deploy.specialise import specialise
from hydranet_ros.errors import HydranetError
from test.deploy.conftest import Model
from test.deploy.graphs import initialisers
from test.deploy.graphs import network_types
from test.deploy.graphs import run_openvino
from test.deploy.test_specialise import run

SIZE = (64, 96)
INT8 = [Arithmetic.INT8_CPU, Arithmetic.INT8_TENSORRT]


@pytest.fixture(scope='module')
def calibration(indoor_model: Model, frame: Callable) -> Calibration:
    frames = [frame(*SIZE, seed) for seed in range(4)]
    return calibrate(indoor_model.card, indoor_model.file, frames, 'noise')


@pytest.fixture(scope='module')
def graphs(indoor_model: Model, calibration: Calibration) -> dict[Arithmetic, onnx.ModelProto]:
    def make(arithmetic: Arithmetic) -> onnx.ModelProto:
        spec = GraphSpec(SIZE, SIZE, arithmetic=arithmetic, calibration=calibration)
        return specialise(indoor_model.file.path, indoor_model.card, spec)

    return {one: make(one) for one in (Arithmetic.FLOAT32, *INT8)}


def test_on_cpus_activations_are_uint8_and_weights_int8(graphs: dict) -> None:
    graph = graphs[Arithmetic.INT8_CPU]
    constants = initialisers(graph)
    producers = {node.output[0]: node for node in graph.graph.node}
    activations = [node for node in graph.graph.node if node.op_type == 'QuantizeLinear']
    assert len(activations) > 100
    assert {constants[node.input[2]].data_type for node in activations} == {TensorProto.UINT8}
    for conv in (node for node in graph.graph.node if node.op_type == 'Conv'):
        weight = producers.get(conv.input[1])
        if weight is None:
            assert conv.input[1].startswith(SENSITIVE)
            continue
        assert constants[weight.input[0]].data_type == TensorProto.INT8
        assert constants[weight.input[1]].dims == constants[weight.input[0]].dims[:1], (
            'per channel'
        )
        assert not numpy_helper.to_array(constants[weight.input[2]]).any()


def test_for_tensorrt_all_is_symmetric_and_the_rest_float16(graphs: dict) -> None:
    graph = graphs[Arithmetic.INT8_TENSORRT]
    inside, outside = network_types(graph)
    assert inside - {TensorProto.INT64} == {TensorProto.FLOAT16, TensorProto.INT8}
    assert outside - {TensorProto.INT64} == {TensorProto.FLOAT, TensorProto.UINT8}
    constants = initialisers(graph)
    producers = {node.output[0]: node for node in graph.graph.node}
    for node in graph.graph.node:
        if node.op_type not in ('QuantizeLinear', 'DequantizeLinear'):
            continue
        assert not numpy_helper.to_array(constants[node.input[2]]).any()
        assert (numpy_helper.to_array(constants[node.input[1]]) > 0).all()
    for conv in (node for node in graph.graph.node if node.op_type == 'Conv'):
        if len(conv.input) > 2:
            assert constants[conv.input[2]].data_type == TensorProto.FLOAT16
        quantised = [producers.get(name) for name in conv.input[:2]]
        if not conv.input[1].startswith(SENSITIVE):
            assert [one.op_type for one in quantised if one] == ['DequantizeLinear'] * 2


def test_raw_outputs_come_straight_from_convolutions(graphs: dict) -> None:
    for arithmetic in INT8:
        producers = {node.output[0]: node for node in graphs[arithmetic].graph.node}
        for output in graphs[arithmetic].graph.output:
            node = producers[output.name]
            if node.op_type == 'Cast':
                node = producers[node.input[0]]
            assert node.op_type == 'Conv'


def test_what_runs_it_agrees(graphs: dict, frame: Callable) -> None:
    rgb = frame(*SIZE, 0)[None]
    expected = run(graphs[Arithmetic.FLOAT32], image=rgb)
    for found in (
        run(graphs[Arithmetic.INT8_CPU], image=rgb),
        run_openvino(graphs[Arithmetic.INT8_CPU], rgb),
        run_as_written(graphs[Arithmetic.INT8_TENSORRT], rgb),
        run_openvino(graphs[Arithmetic.INT8_TENSORRT], rgb),
    ):
        for task, value in expected.items():
            likeness = np.corrcoef(found[task].ravel(), value.ravel())[0, 1]
            print(f'{task}: {likeness:.4f}')
            assert 0.9 < likeness < 0.99999, 'invented weights lose much, but not all'


def run_as_written(graph: onnx.ModelProto, images: np.ndarray) -> dict[str, np.ndarray]:
    """Run without ONNX Runtime's fusion of Q/DQ: it loses biases where scales are float16."""
    options = onnxruntime.SessionOptions()
    options.add_session_config_entry('session.disable_quant_qdq', '1')
    session = onnxruntime.InferenceSession(graph.SerializeToString(), options)
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(None, {'image': images}), strict=True))


@pytest.mark.parametrize('arithmetic', INT8)
def test_street_stays_street(street_model: Model, shared: Path, arithmetic: Arithmetic) -> None:
    shipped = Calibration.from_json(street_model.card.path.parent / 'calibration.json')
    path, card, size = street_model.file.path, street_model.card, (180, 240)
    names = sorted((shared / 'camvid' / 'val').iterdir())
    spec = GraphSpec(size, size)
    plain = specialise(path, card, spec)
    graph = specialise(path, card, replace(spec, arithmetic=arithmetic, calibration=shipped))
    for name in names[::60]:
        picture = cv2.cvtColor(cv2.imread(str(name)), cv2.COLOR_BGR2RGB)
        rgb = cv2.resize(picture, size[::-1], interpolation=cv2.INTER_AREA)[None]
        expected, found = run(plain, image=rgb), run_as_written(graph, rgb)
        logits = expected['semantic'][0]
        probabilities = np.exp(logits - logits.max(0)) / np.exp(logits - logits.max(0)).sum(0)
        best = np.sort(probabilities, 0)
        clear = best[-1] - best[-2] > 0.1
        same = logits.argmax(0) == found['semantic'][0].argmax(0)
        error = np.abs(found['depth'] / expected['depth'] - 1)
        print(f'{arithmetic.value}: {same[clear].mean():.4f}, depth {np.median(error):.4f}')
        assert same[clear].mean() >= 0.98
        assert np.median(error) <= 0.02
        assert np.quantile(error, 0.99) <= 0.15


def test_a_calibration_is_needed_and_must_fit(
    indoor_model: Model, calibration: Calibration
) -> None:
    path, card = indoor_model.file.path, indoor_model.card
    spec = GraphSpec(SIZE, SIZE, arithmetic=Arithmetic.INT8_CPU)
    with pytest.raises(HydranetError, match='int8 needs a calibration.*hydranet build'):
        specialise(path, card, spec)
    ranges = {k: v for k, v in calibration.ranges.items() if not k.startswith('relu6')}
    with pytest.raises(HydranetError, match='noise does not fit the network.*hydranet build'):
        specialise(path, card, replace(spec, calibration=replace(calibration, ranges=ranges)))


def test_a_batch_and_sizes_other_than_calibrated(
    indoor_model: Model, calibration: Calibration
) -> None:
    spec = GraphSpec(
        (70, 110),
        (40, 50),
        2,
        Cut.FULL,
        arithmetic=Arithmetic.INT8_TENSORRT,
        calibration=calibration,
    )
    graph = specialise(indoor_model.file.path, indoor_model.card, spec)
    images = np.zeros((2, 70, 110, 3), np.uint8)
    found = run(graph, image=images, depth_scale=np.ones(2, np.float32))
    assert found['labels'].shape == (2, 70, 110)
    assert found['normals'].shape == (2, 70, 110, 3)


@pytest.mark.parametrize('backend', [Backend.OPENVINO, Backend.ONNXRUNTIME])
def test_engines_run_it(
    indoor_model: Model,
    calibration: Calibration,
    frame: Callable,
    tmp_path: Path,
    backend: Backend,
) -> None:
    module = backend_module(backend)
    assert module.precisions()[-1] is Precision.INT8
    assert module.precisions()[0] is not Precision.INT8
    request = indoor_model.request(
        SIZE, backend=backend, precision=Precision.INT8, calibration=calibration
    )
    rgb, cache, answers = frame(*SIZE, 0), EngineCache(tmp_path), []
    for _ in ('built', 'from the cache'):
        engine = build_engine(request, cache)
        answers.append(engine.run([rgb], np.ones(1, np.float32))[0]['depth'])
        engine.close()
    np.testing.assert_array_equal(*answers)
    assert len(list(tmp_path.glob('*.engine'))) == 1
    without = indoor_model.request(SIZE, backend=backend, precision=Precision.INT8)
    with pytest.raises(HydranetError, match='no calibration for int8.*hydranet build'):
        build_engine(without, cache)
