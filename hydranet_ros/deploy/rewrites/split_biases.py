# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""A bias as a number that bf16 holds, and the rest of it added where nothing rounds it.

OpenVINO computes a bf16 convolution in float32 but reads its bias in bf16, by up to 0.4 % off. In
the encoder's first stages, whose biases are large against what they are added to, that is most of
what bf16 costs.
"""

import numpy as np
import onnx_ir as ir

from hydranet_ros.deploy.graph import bias_of
from hydranet_ros.deploy.graph import constant_of
from hydranet_ros.deploy.graph import GraphEditor
from hydranet_ros.deploy.graph import has_bias
from hydranet_ros.deploy.graph import is_constant
from hydranet_ros.deploy.graph import is_pointwise
from hydranet_ros.deploy.graph import required


def apply(model: ir.Model) -> int:
    """Split the bias of every float convolution that a Clip or further 1x1 convolutions follow.

    Before a Clip the rest is added in the convolution itself. Elsewhere it goes through sums into
    the biases of the 1x1 convolutions behind them, which is the same function.
    """
    rests: dict[ir.Value, np.ndarray] = {}  # what is missing in a value
    count = 0
    for node in list(model.graph):
        if node.op_type == 'Add':
            missing = [rests[value] for value in node.inputs if value in rests]
            if missing:
                rests[node.outputs[0]] = np.sum(missing, axis=0)
        elif _is_float(node):
            count += _split(model.graph, node, rests)
    return count


def _is_float(node: ir.Node) -> bool:
    constant = node.op_type == 'Conv' and is_constant(node.inputs[1])
    return constant and (not has_bias(node) or is_constant(node.inputs[2]))


def _split(graph: ir.Graph, conv: ir.Node, rests: dict[ir.Value, np.ndarray]) -> int:
    edit = GraphEditor(graph, conv)
    name = f'{required(conv.inputs[1]).name}:bias'
    bias = _whole_bias(conv, rests)
    head = _head(bias)
    rest = bias - head
    output = conv.outputs[0]
    readers = output.consumers()
    if not rest.any():
        split = False
    elif len(readers) == 1 and readers[0].op_type == 'Clip':
        _add_before(readers[0], GraphEditor(graph, readers[0]), rest, name)
        split = True
    elif split := _is_carried(output):
        rests[output] = rest
    if split or required(conv.inputs[0]) in rests:
        bias_now = edit.constant(head if split else bias, name)
        conv.resize_inputs(3)
        conv.replace_input_with(2, bias_now)
    return int(split)


def _whole_bias(conv: ir.Node, rests: dict[ir.Value, np.ndarray]) -> np.ndarray:
    """Give the bias with what is missing in the input of a 1x1 convolution."""
    bias = bias_of(conv)
    missing = rests.get(required(conv.inputs[0]))
    if missing is None:
        return bias
    weight = constant_of(conv.inputs[1])[:, :, 0, 0].astype(np.float64)
    return (bias + weight @ missing).astype(np.float32)


def _head(bias: np.ndarray) -> np.ndarray:
    """Cut float32 numbers after the 8 significant bits of bf16."""
    bits = np.ascontiguousarray(bias, np.float32).view(np.uint32)
    return (bits & np.uint32(0xFFFF0000)).view(np.float32)


def _is_carried(value: ir.Value) -> bool:
    """Tell whether `value` ends in 1x1 convolutions alone, with nothing but sums before them."""
    readers = value.consumers()
    return (
        bool(readers)
        and not value.is_graph_output()
        and all(
            _is_carried(reader.outputs[0]) if reader.op_type == 'Add' else is_pointwise(reader)
            for reader in readers
        )
    )


def _add_before(clip: ir.Node, edit: GraphEditor, rest: np.ndarray, name: str) -> None:
    """Clip to wider bounds, add the rest, clip: without the first Clip both sums become one."""
    widest = np.abs(rest).max()
    low, high = (constant_of(bound) for bound in clip.inputs[1:3])
    bounds = [
        edit.constant(np.asarray(low - widest, np.float32), f'{name}:low'),
        edit.constant(np.asarray(high + widest, np.float32), f'{name}:high'),
    ]
    inner = edit.add('Clip', [clip.inputs[0], *bounds])
    term = edit.constant(rest.reshape(1, -1, 1, 1), f'{name}:rest')
    clip.replace_input_with(0, edit.add('Add', [inner, term]))
