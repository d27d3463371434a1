# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The float16 graph. A CPU may compute in float32 between float16 weights: no GPU runs here."""

from collections.abc import Callable

import numpy as np
import onnx
from onnx import TensorProto
import onnx_ir as ir
import pytest

from hydranet_ros.deploy.half_precision import to_half
from hydranet_ros.deploy.rewrites import Rewrite
from hydranet_ros.deploy.specialise import Arithmetic
from hydranet_ros.deploy.specialise import Cut
from hydranet_ros.deploy.specialise import GraphSpec
from hydranet_ros.deploy.specialise import specialise
from hydranet_ros.errors import HydranetError
from test.deploy.conftest import Model
from test.deploy.graphs import network_types
from test.deploy.graphs import run_openvino
from test.deploy.test_specialise import run

SIZE = (64, 96)


def half(
    model: Model, cut: Cut = Cut.LOGITS, rewrites: frozenset = frozenset()
) -> onnx.ModelProto:
    spec = GraphSpec(SIZE, SIZE, cut=cut, arithmetic=Arithmetic.FLOAT16, rewrites=rewrites)
    return specialise(model.file.path, model.card, spec)


@pytest.mark.parametrize('rewrites', [frozenset(), frozenset(Rewrite)], ids=['plain', 'rewritten'])
def test_the_network_is_float16_and_nothing_else_is(
    indoor_model: Model, rewrites: frozenset
) -> None:
    inside, outside = network_types(half(indoor_model, Cut.FULL, rewrites))
    assert inside - {TensorProto.INT64} == {TensorProto.FLOAT16}
    assert outside == {TensorProto.FLOAT, TensorProto.UINT8, TensorProto.INT64}


def test_it_says_what_float32_says(indoor_model: Model, frame: Callable) -> None:
    rgb = frame(*SIZE)[None]
    plain = specialise(indoor_model.file.path, indoor_model.card, GraphSpec(SIZE, SIZE))
    expected, graph = run(plain, image=rgb), half(indoor_model)
    for found in (run(graph, image=rgb), run_openvino(graph, rgb)):
        assert set(found) == set(expected)
        for task, value in expected.items():
            assert found[task].dtype == np.float32
            error = np.abs(found[task] - value).max() / np.abs(value).max()
            print(f'{task}: {error:.1e} of the largest')
            assert 0 < error < 0.01


def test_weights_beyond_float16_are_refused(street_model: Model) -> None:
    path, card = street_model.file.path, street_model.card
    model = ir.from_proto(specialise(path, card, GraphSpec(SIZE, SIZE)))
    bias = model.graph.initializers['heads.depth.out.bias']
    bias.const_value = ir.tensor(np.array([7e4], np.float32), name=bias.name)
    with pytest.raises(HydranetError, match=r'heads\.depth\.out\.bias holds 70000.*fp32 or bf16'):
        to_half(model)
