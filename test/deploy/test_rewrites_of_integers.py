# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""What the rewrites do to quantised graphs, and to the float layers that run in bf16."""

from collections.abc import Callable

import numpy as np
import onnx
import onnx_ir as ir
import pytest

from hydranet_ros.deploy.calibration import Calibration
from hydranet_ros.deploy.calibration import find_calibration
from hydranet_ros.deploy.rewrites import apply_rewrites
from hydranet_ros.deploy.rewrites import OF_INTEGERS
from hydranet_ros.deploy.rewrites import Rewrite
from hydranet_ros.deploy.specialise import Arithmetic
from hydranet_ros.deploy.specialise import GraphSpec
from hydranet_ros.deploy.specialise import specialise
from hydranet_ros.sources.sampling import sample_frames
from test.deploy.conftest import Model
from test.deploy.graphs import run_openvino
from test.deploy.test_specialise import run

SIZE = (96, 160)
# how often each applies to `street` in int8: 11 classes and depth
APPLIES = {
    Rewrite.MERGE_POINTWISE: 0,
    Rewrite.SEPARATE_POOLING: 16,
    Rewrite.SCALE_CHANNELS: 0,
    Rewrite.SHIFT_HEADS: 1,  # depth; 11 classes are too many
    Rewrite.TILE_CHANNELS: 0,
    Rewrite.BARE_POOLING: 16,
    Rewrite.JOIN_SUMS: 8,  # two of each chained residual pooling
    Rewrite.SPLIT_BIASES: 3,  # of the layers that stay float
}
EXACT = OF_INTEGERS - {Rewrite.JOIN_SUMS}


@pytest.fixture(scope='module')
def picture() -> np.ndarray:
    (found,) = sample_frames(['street'], 1, SIZE)
    return found[None]


@pytest.fixture(scope='module')
def quantise(street_model: Model) -> Callable[[frozenset[Rewrite]], onnx.ModelProto]:
    calibration = find_calibration(street_model.card, street_model.file)
    assert isinstance(calibration, Calibration)

    def make(rewrites: frozenset[Rewrite]) -> onnx.ModelProto:
        spec = GraphSpec(
            SIZE,
            SIZE,
            rewrites=rewrites,
            arithmetic=Arithmetic.INT8_CPU,
            calibration=calibration,
        )
        return specialise(street_model.file.path, street_model.card, spec)

    return make


@pytest.mark.parametrize('rewrite', list(Rewrite))
def test_each_applies_where_it_should(quantise: Callable, rewrite: Rewrite) -> None:
    model = ir.from_proto(quantise(frozenset()))
    assert apply_rewrites(model, frozenset({rewrite})) == {rewrite: APPLIES[rewrite]}
    assert [o.name for o in model.graph.outputs] == ['semantic', 'depth']


def test_all_apply_together(quantise: Callable) -> None:
    model = ir.from_proto(quantise(frozenset()))
    assert apply_rewrites(model, OF_INTEGERS) == {one: APPLIES[one] for one in OF_INTEGERS}


@pytest.mark.parametrize('rewrites', [*[{r} for r in sorted(EXACT)], EXACT], ids=str)
def test_the_same_integers_come_out(
    quantise: Callable, picture: np.ndarray, rewrites: set[Rewrite]
) -> None:
    expected = run(quantise(frozenset()), image=picture)
    found = run(quantise(frozenset(rewrites)), image=picture)
    for task, value in expected.items():
        error = np.abs(found[task] - value).max() / np.abs(value).max()
        print(f'{sorted(rewrites)} {task}: {error:.1e}')
        assert error <= 1e-5


def test_sums_that_are_rounded_less_move_far_less_than_int8_does(
    street_model: Model, quantise: Callable, picture: np.ndarray
) -> None:
    plain = specialise(street_model.file.path, street_model.card, GraphSpec(SIZE, SIZE))
    expected = run(plain, image=picture)['depth']
    joined = run(quantise(frozenset({Rewrite.JOIN_SUMS})), image=picture)['depth']
    rounded = run(quantise(frozenset()), image=picture)['depth']
    by_joining = np.abs(joined - rounded).mean()
    by_int8 = np.abs(rounded - expected).mean()
    print(f'{by_joining:.4f} of {by_int8:.4f}')
    assert 0 < by_joining < 0.5 * by_int8


def test_bf16_biases_are_what_they_were(street_model: Model, picture: np.ndarray) -> None:
    import openvino

    if 'BF16' not in openvino.Core().get_property('CPU', 'OPTIMIZATION_CAPABILITIES'):
        pytest.skip('this processor has no bf16')

    def depth(floats: str, rewrites: frozenset[Rewrite] = frozenset()) -> np.ndarray:
        spec = GraphSpec(SIZE, SIZE, rewrites=rewrites)
        graph = specialise(street_model.file.path, street_model.card, spec)
        return run_openvino(graph, picture, floats)['depth']

    expected = depth('f32')
    whole = np.median(np.abs(depth('bf16') / expected - 1))
    split = np.median(np.abs(depth('bf16', frozenset({Rewrite.SPLIT_BIASES})) / expected - 1))
    print(f'median depth error {100 * whole:.2f} % to {100 * split:.2f} %')
    assert split < 0.7 * whole
