# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Model files against the torch networks they are made from."""

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch

from hydranet_ros.errors import HydranetError
from hydranet_ros.networks.architectures import build_network
from hydranet_ros.zoo.import_model_file import export_model_file
from hydranet_ros.zoo.import_model_file import network_of
from hydranet_ros.zoo.model_file import load_onnx
from hydranet_ros.zoo.model_file import read_model_file
from hydranet_ros.zoo.model_file import state_dict
from test.golden.networks import golden_network


@pytest.fixture
def model_file(golden_model_file: Path) -> Path:
    return golden_model_file


def test_description(model_file: Path) -> None:
    described = read_model_file(model_file)
    assert described.name == 'nyud_normals'
    assert described.heads == {'semantic': 40, 'depth': 1, 'normals': 3}
    assert list(model_file.parent.iterdir()) == [model_file]


@pytest.mark.parametrize('size', [(64, 96), (70, 134), (351, 1203)])
def test_any_size_equals_torch_with_rounded_weights(model_file: Path, size: tuple) -> None:
    image = np.random.default_rng(1).standard_normal((1, 3, *size)).astype(np.float32)
    session = onnxruntime.InferenceSession(str(model_file))
    found = session.run(None, {'image': image})
    with torch.inference_mode():
        expected = network_of(model_file)(torch.from_numpy(image))
    for value, (task, reference) in zip(found, expected.items(), strict=True):
        error = np.abs(value - reference.numpy()).max() / reference.abs().max().item()
        assert error <= 1e-4, task


def test_weights_are_the_state_dict(model_file: Path) -> None:
    network = golden_network('multitask_nyud_normals')
    stored = state_dict(load_onnx(model_file))
    expected = {k: v for k, v in network.state_dict().items() if 'num_batches' not in k}
    assert set(stored) == set(expected)
    for key, value in expected.items():
        rounded = value.half().float() if value.ndim == 4 else value
        np.testing.assert_array_equal(stored[key], rounded.numpy())


def test_batch_norm_is_unfolded_and_no_path_leaks(model_file: Path) -> None:
    model = onnx.load(model_file)
    assert sum(n.op_type == 'BatchNormalization' for n in model.graph.node) == 52
    assert str(Path(__file__).resolve().parents[2]).encode() not in model_file.read_bytes()


def test_a_weight_beyond_fp16_is_refused(tmp_path: Path) -> None:
    network = build_network('multitask_refinenet', {'depth': 1})
    network.lateral8.weight.data[0, 0] = 1e6
    with pytest.raises(HydranetError, match=r'lateral8\.weight.*65504'):
        export_model_file(network, tmp_path / 'big.onnx', name='big')
    assert not list(tmp_path.iterdir())


def test_what_is_no_model_file_is_refused(model_file: Path, tmp_path: Path) -> None:
    with pytest.raises(HydranetError, match='does not exist'):
        read_model_file(tmp_path / 'none.onnx')
    damaged = tmp_path / 'damaged.onnx'
    damaged.write_bytes(model_file.read_bytes()[:100_000])
    with pytest.raises(HydranetError, match='not a readable ONNX file'):
        read_model_file(damaged)
    model = onnx.load(model_file)
    del model.metadata_props[:]
    foreign = tmp_path / 'foreign.onnx'
    onnx.save(model, foreign)
    with pytest.raises(HydranetError, match='hydranet models import'):
        read_model_file(foreign)


def outside(tensor: onnx.TensorProto, location: str) -> None:
    tensor.ClearField('raw_data')
    tensor.data_location = onnx.TensorProto.EXTERNAL
    tensor.external_data.add(key='location', value=location)


@pytest.mark.parametrize('location', ['weights.bin', '../../etc/passwd', '/etc/passwd'])
@pytest.mark.parametrize('hidden', [False, True])
def test_weights_in_another_file_are_refused(
    model_file: Path, tmp_path: Path, location: str, hidden: bool
) -> None:
    model = onnx.load(model_file)
    tensor = model.graph.initializer[0]
    if hidden:  # in the attribute of a node, in a graph of another one
        inner = onnx.helper.make_graph([], 'inner', [], [])
        attribute = inner.node.add(op_type='Constant', output=['c']).attribute.add(name='value')
        attribute.type, tensor = onnx.AttributeProto.TENSOR, attribute.t
        tensor.name, tensor.data_type = 'c', onnx.TensorProto.FLOAT
        tensor.dims.append(1)
        inner.output.append(onnx.helper.make_tensor_value_info('c', 1, [1]))
        branch = onnx.helper.make_node('If', ['yes'], ['x'], then_branch=inner, else_branch=inner)
        tensor = branch.attribute[0].g.node[0].attribute[0].t
        outside(tensor, location)
        model.graph.node.append(branch)
        yes = onnx.helper.make_tensor('yes', onnx.TensorProto.BOOL, [], [True])
        model.graph.initializer.append(yes)
    else:
        outside(tensor, location)
    (tmp_path / 'weights.bin').write_bytes(bytes(10**6))
    foreign = tmp_path / 'foreign.onnx'
    foreign.write_bytes(model.SerializeToString())
    with pytest.raises(HydranetError, match='in another file. A model file is one file'):
        read_model_file(foreign)


def own_function(domain: str) -> onnx.FunctionProto:
    node = onnx.helper.make_node('Relu', ['x'], ['y'])
    opset = [onnx.helper.make_opsetid('', 18)]
    return onnx.helper.make_function(domain, 'Mine', ['x'], ['y'], [node], opset)


def in_a_branch(model: onnx.ModelProto, domain: str) -> None:
    node = onnx.helper.make_node('Odd', [], ['c'], domain=domain)
    made = onnx.helper.make_tensor_value_info('c', 1, [1])
    inner = onnx.helper.make_graph([node], 'inner', [], [made])
    branch = onnx.helper.make_node('If', ['yes'], ['x'], then_branch=inner, else_branch=inner)
    model.graph.node.append(branch)


def in_a_function(model: onnx.ModelProto, domain: str) -> None:
    function = own_function('')
    function.node.append(onnx.helper.make_node('Odd', ['y'], ['z'], domain=domain))
    model.functions.append(function)


FOREIGN = {
    'import': lambda m, d: m.opset_import.append(onnx.helper.make_opsetid(d, 1)),
    'node': lambda m, d: m.graph.node.append(onnx.helper.make_node('Odd', [], ['c'], domain=d)),
    'function': lambda m, d: m.functions.append(own_function(d)),
    'node of a branch': in_a_branch,
    'node of a function': in_a_function,
}


@pytest.mark.parametrize('place', FOREIGN)
@pytest.mark.parametrize('domain', ['com.microsoft', 'ai.onnx.ml'])
def test_operators_that_are_not_onnx_s_own_are_refused(
    model_file: Path, tmp_path: Path, place: str, domain: str
) -> None:
    model = onnx.load(model_file)
    FOREIGN[place](model, domain)
    foreign = tmp_path / 'foreign.onnx'
    foreign.write_bytes(model.SerializeToString())
    with pytest.raises(HydranetError, match=f"uses operators of '{domain}', which are not ONNX's"):
        read_model_file(foreign)


def test_onnx_s_own_operators_have_two_names(model_file: Path, tmp_path: Path) -> None:
    model = onnx.load(model_file)
    model.opset_import[0].domain = 'ai.onnx'
    named = tmp_path / 'named.onnx'
    onnx.save(model, named)
    assert read_model_file(named).heads == {'semantic': 40, 'depth': 1, 'normals': 3}


def test_a_file_beyond_what_onnx_allows_is_not_read(tmp_path: Path) -> None:
    huge = tmp_path / 'huge.onnx'
    with huge.open('wb') as file:
        file.truncate(1 << 31)  # sparse: no disk is used
    with pytest.raises(HydranetError, match='larger than the 2147483647 bytes'):
        load_onnx(huge)
