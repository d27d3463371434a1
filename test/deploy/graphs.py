# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""What tests look at in deployed graphs."""

import numpy as np
import onnx
from onnx import TensorProto


def types_of(model: onnx.ModelProto) -> dict[str, int]:
    """Infer the type of every value, strictly."""
    graph = onnx.shape_inference.infer_shapes(model, check_type=True, strict_mode=True).graph
    ends = [*graph.value_info, *graph.input, *graph.output]
    types = {one.name: one.type.tensor_type.elem_type for one in ends}
    return types | {one.name: one.data_type for one in graph.initializer}


def network_types(model: onnx.ModelProto) -> tuple[set[int], set[int]]:
    """Give the types that occur between the casts around the network, and those elsewhere."""
    types = types_of(model)
    before: set[str] = {one.name for one in model.graph.input}
    inside: set[int] = set()
    outside: set[int] = {types[name] for name in before}
    after: set[str] = set()
    for node in model.graph.node:
        names = [name for name in (*node.input, *node.output) if name]
        target = next((one.i for one in node.attribute if one.name == 'to'), None)
        computed = [name for name in node.input if name and name not in initialisers(model)]
        if after.intersection(computed) or (computed and before.issuperset(computed)):
            side = after if after.intersection(computed) else before
            if target != TensorProto.FLOAT16:
                side.update(node.output)
                outside.update(types[name] for name in names)
        elif target == TensorProto.FLOAT:
            after.update(node.output)
        else:
            inside.update(types[name] for name in names)
    return inside, outside


def initialisers(model: onnx.ModelProto) -> dict[str, TensorProto]:
    return {one.name: one for one in model.graph.initializer}


def run_openvino(
    model: onnx.ModelProto, images: np.ndarray, floats: str = 'f32'
) -> dict[str, np.ndarray]:
    import openvino

    core = openvino.Core()
    config = {'INFERENCE_PRECISION_HINT': floats}
    compiled = core.compile_model(core.read_model(model.SerializeToString()), 'CPU', config)
    found = compiled(images)
    return {port.get_any_name(): found[port] for port in compiled.outputs}
