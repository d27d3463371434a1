# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The bare network in float16, written into the graph: every tensor of it has that type.

Before and after it all stays float32: resizing, softmax and the metres. Inside nothing needs more:
of the shipped `street` the largest activation is 151, 99.99 % of clear labels stay, and depth
moves by 0.2 % at the median (1.0 % at p99), most of it by rounding the first depthwise weights.
"""

import numpy as np
import onnx_ir as ir

from hydranet_ros.deploy.graph import constant_of
from hydranet_ros.deploy.graph import entry_of
from hydranet_ros.deploy.graph import GraphEditor
from hydranet_ros.deploy.graph import is_constant
from hydranet_ros.deploy.graph import network_nodes
from hydranet_ros.errors import HydranetError

LARGEST = float(np.finfo(np.float16).max)
_SMALLEST = np.finfo(np.float16).smallest_subnormal
_QUANTISERS = ('QuantizeLinear', 'DequantizeLinear')


def to_half(model: ir.Model) -> None:
    """Cast to float16 where the network begins and back to float32 at its raw outputs.

    The graph ends at the raw outputs. HydranetError for weights beyond float16.
    """
    nodes = network_nodes(model)
    entry = entry_of(model)
    edit = GraphEditor(model.graph, nodes[0])
    uses = list(entry.uses())
    half_entry = edit.add('Cast', [entry], to=ir.DataType.FLOAT16)
    half_entry.type = ir.TensorType(ir.DataType.FLOAT16)
    for node, i in uses:
        node.replace_input_with(i, half_entry)
    constants: dict[ir.Value, ir.Value] = {}
    for node in nodes:
        _halve_constants(edit, node, constants)
        for output in node.outputs:
            if output.dtype == ir.DataType.FLOAT:
                output.dtype = ir.DataType.FLOAT16
    edit.anchor = None
    for i, output in enumerate(list(model.graph.outputs)):
        model.graph.outputs[i] = _restored(edit, output)


def _halve_constants(
    edit: GraphEditor, node: ir.Node, constants: dict[ir.Value, ir.Value]
) -> None:
    if node.op_type == 'Resize':  # its scales are float32 whatever it resizes
        return
    for i, value in enumerate(node.inputs):
        if value is None or not is_constant(value) or value.dtype != ir.DataType.FLOAT:
            continue
        if value not in constants:
            is_scale = node.op_type in _QUANTISERS and i == 1
            constants[value] = edit.constant(_half(value, is_scale), f'{value.name}:half')
        node.replace_input_with(i, constants[value])


def _half(value: ir.Value, is_scale: bool) -> np.ndarray:
    array = constant_of(value)
    largest = float(np.abs(array).max(initial=0))
    if not largest <= LARGEST:
        raise HydranetError(
            f'{value.name} holds {largest:g}, and float16 ends at {LARGEST:g}. Use fp32 or bf16 '
            'for this model.'
        )
    half = array.astype(np.float16)
    return np.maximum(half, _SMALLEST) if is_scale else half  # a scale of 0 divides


def _restored(edit: GraphEditor, output: ir.Value) -> ir.Value:
    restored = edit.add('Cast', [output], to=ir.DataType.FLOAT)
    restored.name, output.name = output.name, f'{output.name}:half'
    restored.shape, restored.type = output.shape, ir.TensorType(ir.DataType.FLOAT)
    return restored
