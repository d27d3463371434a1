# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Each rewrite gives the same numbers; whether it pays is measured by `hydranet benchmark`."""

from collections.abc import Callable

import numpy as np
import onnx_ir as ir
import pytest

from hydranet_ros.deploy.rewrites import apply_rewrites
from hydranet_ros.deploy.rewrites import Rewrite
from hydranet_ros.deploy.specialise import GraphSpec
from hydranet_ros.deploy.specialise import specialise
from test.deploy.conftest import Model
from test.deploy.test_specialise import run

SIZE = (97, 131)
# how often each applies to the network with 40 classes, depth and normals
APPLIES = {
    Rewrite.MERGE_POINTWISE: 1,  # conv8 into layer8
    Rewrite.SEPARATE_POOLING: 16,  # four chained residual poolings of four stages
    Rewrite.SCALE_CHANNELS: 7,  # the last of them, and three heads
    Rewrite.SHIFT_HEADS: 2,  # depth and normals; 40 classes are too many
    Rewrite.TILE_CHANNELS: 1,
    Rewrite.BARE_POOLING: 0,  # there is nothing quantised
    Rewrite.JOIN_SUMS: 0,
    Rewrite.SPLIT_BIASES: 52,  # every convolution of the encoder
}


@pytest.fixture(scope='module')
def plain(indoor_model: Model, frame: Callable) -> dict[str, np.ndarray]:
    graph = specialise(indoor_model.file.path, indoor_model.card, GraphSpec(SIZE, SIZE))
    return run(graph, image=frame(*SIZE)[None])


@pytest.mark.parametrize('rewrites', [*[{r} for r in Rewrite], set(Rewrite)], ids=str)
def test_outputs_stay_the_same(
    indoor_model: Model, frame: Callable, plain: dict, rewrites: set
) -> None:
    spec = GraphSpec(SIZE, SIZE, rewrites=frozenset(rewrites))
    graph = specialise(indoor_model.file.path, indoor_model.card, spec)
    found = run(graph, image=frame(*SIZE)[None])
    assert set(found) == set(plain)
    for task, expected in plain.items():
        error = np.abs(found[task] - expected).max() / np.abs(expected).max()
        print(f'{sorted(rewrites)} {task}: {error:.1e}')
        assert error <= 1e-4


@pytest.mark.parametrize('rewrite', list(Rewrite))
def test_each_applies_where_it_should(indoor_model: Model, rewrite: Rewrite) -> None:
    graph = specialise(indoor_model.file.path, indoor_model.card, GraphSpec(SIZE, SIZE))
    model = ir.from_proto(graph)
    assert apply_rewrites(model, frozenset({rewrite})) == {rewrite: APPLIES[rewrite]}
    assert [o.name for o in model.graph.outputs] == ['semantic', 'depth', 'normals']


def test_tiles_leave_no_wide_tensor_in_the_last_pooling(indoor_model: Model) -> None:
    spec = GraphSpec(SIZE, SIZE, rewrites=frozenset({Rewrite.TILE_CHANNELS}))
    model = ir.from_proto(specialise(indoor_model.file.path, indoor_model.card, spec))
    ir.passes.common.ShapeInferencePass()(model)
    finest = [
        node.outputs[0].shape[1]
        for node in model.graph
        if node.op_type == 'MaxPool' and node.outputs[0].shape[2] == 25
    ]
    assert finest == [32] * 4 * 8
