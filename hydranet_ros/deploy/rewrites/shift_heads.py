# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""A 3x3 convolution to few channels, as one 1x1 convolution and nine shifted sums.

A vector unit pads few output channels to its own width; nine times as many fill it.
"""

import numpy as np
import onnx_ir as ir

from hydranet_ros.deploy.graph import constant_of
from hydranet_ros.deploy.graph import GraphEditor
from hydranet_ros.deploy.graph import group_count
from hydranet_ros.deploy.graph import has_bias
from hydranet_ros.deploy.graph import ints
from hydranet_ros.deploy.graph import is_constant
from hydranet_ros.deploy.graph import remove_unused
from hydranet_ros.deploy.graph import required
from hydranet_ros.deploy.graph import supersede

MOST_CHANNELS = 7  # above, the nine partial sums cost more memory traffic than they save


def apply(model: ir.Model) -> int:
    """Rewrite every dense 3x3 convolution of stride 1 to at most MOST_CHANNELS channels."""
    count = 0
    for conv in list(model.graph):
        if conv.op_type != 'Conv':
            continue
        weight, _ = _stored(conv.inputs[1])
        if not is_constant(weight):
            continue
        kernel = constant_of(weight)
        if kernel.shape[2:] != (3, 3) or len(kernel) > MOST_CHANNELS:
            continue
        same = ints(conv, 'pads', []) == [1] * 4 and set(ints(conv, 'strides', [1])) == {1}
        if group_count(conv) != 1 or not same:
            continue
        supersede(conv.outputs[0], _shifted_sums(GraphEditor(model.graph, conv), conv, kernel))
        count += 1
    remove_unused(model)
    return count


def _stored(value: ir.Value | None) -> tuple[ir.Value | None, ir.Node | None]:
    """Give the constant behind `value`, and the DequantizeLinear between them if there is one."""
    producer = value.producer() if value is not None else None
    if producer is None or producer.op_type != 'DequantizeLinear':
        return value, None
    return producer.inputs[0], producer


def _bias(conv: ir.Node, channels: int) -> np.ndarray:
    if not has_bias(conv):
        return np.zeros(channels, np.float32)
    stored, dequantise = _stored(conv.inputs[2])
    if dequantise is None:
        return constant_of(stored)
    scale = constant_of(dequantise.inputs[1])
    return (constant_of(stored) * scale).astype(np.float32)  # zero point 0, as ONNX has biases


def _shifted_sums(edit: GraphEditor, conv: ir.Node, weight: np.ndarray) -> ir.Value:
    channels = len(weight)
    height, width = required(conv.outputs[0].shape)[2:]
    name = required(conv.inputs[1]).name
    partial = edit.add('Conv', [conv.inputs[0], _taps(edit, conv, weight)])
    border = edit.constant(np.array([0, 0, 1, 1, 0, 0, 1, 1]), 'border')
    partial = edit.add('Pad', [partial, border])
    axes = edit.constant(np.array([1, 2, 3]), 'axes')
    total = edit.constant(_bias(conv, channels).reshape(1, -1, 1, 1), f'{name}:bias')
    for tap in range(9):
        row, column = divmod(tap, 3)
        start = np.array([tap * channels, row, column])
        stop = start + np.array([channels, height, width])
        corners = [edit.constant(start, f'{name}:start'), edit.constant(stop, f'{name}:stop')]
        total = edit.add('Add', [total, edit.add('Slice', [partial, *corners, axes])])
    return total


def _taps(edit: GraphEditor, conv: ir.Node, weight: np.ndarray) -> ir.Value:
    """Write the 3x3 weight as a 1x1 one, its outputs by row, column and channel."""
    name = required(conv.inputs[1]).name
    ordered = weight.transpose(2, 3, 0, 1).reshape(9 * len(weight), -1, 1, 1)
    taps = edit.constant(ordered, f'{name}:taps')
    _, dequantise = _stored(conv.inputs[1])
    if dequantise is None:
        return taps
    scale, zero_point = (constant_of(value) for value in dequantise.inputs[1:])
    per_tap = [
        edit.constant(np.tile(np.broadcast_to(part, len(weight)), 9), f'{name}:{part_name}')
        for part, part_name in ((scale, 'scale'), (zero_point, 'zero_point'))
    ]
    return edit.add('DequantizeLinear', [taps, *per_tap], axis=0)
