# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Any bytes are a model file that is what it was made to be, or refused by a sentence.

Not verified: that a graph which is right ONNX but computes something else is noticed.
"""

import json
from pathlib import Path

from hypothesis import example
from hypothesis import given
from hypothesis import strategies as st
import numpy as np
import onnx
from onnx import helper
from onnx import TensorProto

from hydranet_ros.networks.options import NetworkOptions
from hydranet_ros.zoo.model_file import describe
from hydranet_ros.zoo.model_file import load_onnx
from hydranet_ros.zoo.model_file import options_of
from hydranet_ros.zoo.model_file import read_model_file
from hydranet_ros.zoo.model_file import state_dict
from test.fuzz.cases import damaged
from test.fuzz.cases import flat_memory
from test.fuzz.cases import fuzz
from test.fuzz.cases import Outcomes

HEADS = {'semantic': 2}


def small_model_file() -> bytes:
    """A file of the format, of one layer: what is damaged is then seldom mere weights."""
    weight = onnx.numpy_helper.from_array(np.ones((2, 3, 1, 1), np.float16), 'head.weight')
    nodes = [
        helper.make_node('Cast', ['head.weight'], ['head.weight:float32'], to=TensorProto.FLOAT),
        helper.make_node('Conv', ['image', 'head.weight:float32'], ['semantic']),
    ]
    image = helper.make_tensor_value_info('image', TensorProto.FLOAT, ['n', 3, 'h', 'w'])
    semantic = helper.make_tensor_value_info('semantic', TensorProto.FLOAT, ['n', 2, 'h', 'w'])
    graph = helper.make_graph(nodes, 'small', [image], [semantic], [weight])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid('', 18)], ir_version=10)
    describe(model, 'small', 'multitask_refinenet', HEADS, NetworkOptions())
    return model.SerializeToString()


def test_model_files(tmp_path: Path):
    file = tmp_path / 'any.onnx'
    whole = small_model_file()
    outcomes = Outcomes()

    @fuzz
    @example(whole)
    @given(damaged(whole) | st.binary(max_size=100))
    def run(data):
        count()
        file.write_bytes(data)
        described, refusal = outcomes.of(lambda: read_model_file(file))
        if refusal:
            assert str(file) in refusal
            return
        assert described.path == file
        model = load_onnx(file)
        stated = {one.key: one.value for one in model.metadata_props}
        assert described.heads == json.loads(stated['hydranet_ros.heads'])
        if data == whole:
            assert described.heads == HEADS
        assert options_of(model) == described.options
        assert all(value.dtype == np.float32 for value in state_dict(model).values())

    with flat_memory() as count:
        run()
    outcomes.check()
