# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Every graph for TensorRT against its parser's published list. No parser is run here.

Of Light-Weight RefineNet over ResNet the 50 stands for the 101 and 152, which repeat its blocks.
"""

from collections.abc import Callable
import json
from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper
import pytest

from hydranet_ros.deploy.calibration import calibrate
from hydranet_ros.deploy.specialise import Arithmetic
from hydranet_ros.deploy.specialise import Cut
from hydranet_ros.deploy.specialise import GraphSpec
from hydranet_ros.deploy.specialise import specialise
from hydranet_ros.deploy.tensorrt.operators import check_operators
from hydranet_ros.deploy.tensorrt.operators import LIST
from hydranet_ros.errors import HydranetError
from hydranet_ros.resources import models_dir
from hydranet_ros.zoo import load_card
from hydranet_ros.zoo.model_file import read_model_file
from test.deploy.conftest import Model
from test.searched_models import searched_card

CAMERA, INPUT = (70, 100), (64, 96)
# cards, for which there are golden weights
ARCHITECTURES = {
    'multitask_refinenet': 'nyud_normals',
    'light_weight_refinenet_mobilenet_v2': 'lwrf_mobilenet_v2_voc',
    'light_weight_refinenet_resnet50': 'lwrf_resnet50_voc',
}
# golden networks without a card of the project
SEARCHED = ['fastnas_arch2_segm', 'templatenas_arch0_cs', 'templatenas_arch1_cv']
SAME_BLOCKS = {'light_weight_refinenet_resnet101', 'light_weight_refinenet_resnet152'}


@pytest.fixture(scope='module', params=[*ARCHITECTURES, *SEARCHED])
def model(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Model:
    from hydranet_ros.zoo.import_model_file import export_model_file  # needs torch
    from test.golden.networks import golden_network

    if request.param in SEARCHED:
        own = searched_card(request.param)
        return Model(own, read_model_file(own.path.parent / own.weights.location))
    card = ARCHITECTURES[request.param]
    if card == 'nyud_normals':
        indoor: Model = request.getfixturevalue('indoor_model')
        return indoor
    path = tmp_path_factory.mktemp('models') / f'{card}.onnx'
    export_model_file(golden_network(card), path, name=card)
    return Model(load_card(card), read_model_file(path))


def test_every_architecture_of_a_card_is_tested() -> None:
    names = [path for path in models_dir().rglob('*.yaml') if path.name != 'recipe.yaml']
    found = {load_card(path).architecture for path in names}
    assert found <= {*ARCHITECTURES, *SAME_BLOCKS}


def test_the_full_cut_is_taken_in_every_arithmetic(model: Model, frame: Callable) -> None:
    calibration = calibrate(model.card, model.file, [frame(*INPUT)], 'noise')
    for arithmetic in (Arithmetic.FLOAT32, Arithmetic.FLOAT16, Arithmetic.INT8_TENSORRT):
        spec = GraphSpec(
            CAMERA, INPUT, cut=Cut.FULL, arithmetic=arithmetic, calibration=calibration
        )
        check_operators(specialise(model.file.path, model.card, spec))


def test_the_list_is_the_published_one(shared: Path) -> None:
    published = json.loads((shared.parent / 'tensorrt-api/onnx-operators-10.1.json').read_text())
    found = json.loads(LIST.read_text())
    taken = {k: v['types'] for k, v in published['operators'].items() if v['supported']}
    assert found['types'] == taken
    assert found['opset'] == published['opset']
    assert found['parser'].endswith(published['tensorrt'])


def graph(body: str, opset: int = 18, **constants: np.ndarray) -> onnx.ModelProto:
    head = f'<ir_version: 10, opset_import: ["" : {opset}]> g '
    model = onnx.parser.parse_model(head + body)
    for name, value in constants.items():
        model.graph.initializer.append(numpy_helper.from_array(value, name))
    return model


SIZES = np.array([1, 3, 8, 8])
REFUSED = {
    r"node '' \(Unique\) is not in the list": (
        '(float[4] x) => (float[n] y) { y = Unique(x) }',
        {},
    ),
    'reads FP64': ('(double[4] x) => (double[4] y) { y = Abs(x) }', {}),
    'has UINT8 at': (
        '(float[4] x) => (float[4] y) { a = Cast<to = 2>(x) y = Cast<to = 1>(a) }',
        {},
    ),
    'casts INT64 to UINT8': (
        '(float[1, 4] x) => (uint8[4] y) { a = ArgMax<axis = 0, keepdims = 0>(x)'
        ' y = Cast<to = 2>(a) }',
        {},
    ),
    "mode b'cubic'": (
        '(float[1, 3, 4, 4] x) => (float[1, 3, 8, 8] y)'
        ' { y = Resize<mode = "cubic">(x, , , sizes) }',
        {'sizes': SIZES},
    ),
    'antialias 1': (
        '(float[1, 3, 4, 4] x) => (float[1, 3, 8, 8] y)'
        ' { y = Resize<mode = "linear", antialias = 1>(x, , , sizes) }',
        {'sizes': SIZES},
    ),
    'zero point that is not 0': (
        '(float[4] x) => (int8[4] y) { y = QuantizeLinear(x, scale, zero) }',
        {'scale': np.float32(1), 'zero': np.int8(3)},
    ),
    'has dilations': (
        '(float[1, 1, 8, 8] x) => (float[1, 1, 6, 6] y)'
        ' { y = MaxPool<kernel_shape = [2, 2], dilations = [2, 2]>(x) }',
        {},
    ),
    'gives indices': (
        '(float[1, 1, 8, 8] x) => (float[1, 1, 7, 7] y)'
        ' { y, i = MaxPool<kernel_shape = [2, 2]>(x) }',
        {},
    ),
    'must be sorted': (
        '(float[5000] x) => (float[4000] y) { y, i = TopK(x, k) }',
        {'k': np.array([4000])},
    ),
    'axes that are computed': (
        '(float[4, 4] x, int64[1] axes) => (float[a, b] y) { y = ReduceMax(x, axes) }',
        {},
    ),
}


@pytest.mark.parametrize('message', REFUSED)
def test_what_the_parser_does_not_take_is_named(message: str) -> None:
    body, constants = REFUSED[message]
    with pytest.raises(HydranetError, match=message):
        check_operators(graph(body, **constants))


def test_types_that_do_not_fit_are_no_traceback() -> None:
    body = '(float[2, 3] x, float[4, 5] w) => (float[2, 5] y) { y = MatMul(x, w) }'
    with pytest.raises(HydranetError, match='The types of the graph cannot be told: '):
        check_operators(graph(body))


def test_a_zero_point_left_out_is_0() -> None:
    body = '(int8[4] x) => (float[4] y) { y = DequantizeLinear(x, scale) }'
    check_operators(graph(body, scale=np.float32(1)))


def test_an_opset_beyond_the_list_is_named() -> None:
    with pytest.raises(HydranetError, match=r'opset \[22\] is not one of 9 to 20'):
        check_operators(graph('(float[4] x) => (float[4] y) { y = Abs(x) }', 22))
