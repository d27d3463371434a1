# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""A 3x3 convolution to few channels, as one 1x1 convolution and nine shifted sums.

A vector unit pads few output channels to its own width; nine times as many fill it.
"""

import numpy as np
import onnx_ir as ir

from hydranet_ros.deploy.graph import bias_of
from hydranet_ros.deploy.graph import constant_of
from hydranet_ros.deploy.graph import GraphEditor
from hydranet_ros.deploy.graph import group_count
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
        if conv.op_type != 'Conv' or not is_constant(conv.inputs[1]):
            continue
        weight = constant_of(conv.inputs[1])
        if weight.shape[2:] != (3, 3) or len(weight) > MOST_CHANNELS:
            continue
        same = ints(conv, 'pads', []) == [1] * 4 and set(ints(conv, 'strides', [1])) == {1}
        if group_count(conv) != 1 or not same:
            continue
        supersede(conv.outputs[0], _shifted_sums(GraphEditor(model.graph, conv), conv, weight))
        count += 1
    remove_unused(model)
    return count


def _shifted_sums(edit: GraphEditor, conv: ir.Node, weight: np.ndarray) -> ir.Value:
    channels = len(weight)
    height, width = required(conv.outputs[0].shape)[2:]
    name = required(conv.inputs[1]).name
    taps = weight.transpose(2, 3, 0, 1).reshape(9 * channels, -1, 1, 1)  # row, column, channel
    partial = edit.add('Conv', [conv.inputs[0], edit.constant(taps, f'{name}:taps')])
    border = edit.constant(np.array([0, 0, 1, 1, 0, 0, 1, 1]), 'border')
    partial = edit.add('Pad', [partial, border])
    axes = edit.constant(np.array([1, 2, 3]), 'axes')
    total = edit.constant(bias_of(conv).reshape(1, -1, 1, 1), f'{name}:bias')
    for tap in range(9):
        row, column = divmod(tap, 3)
        start = np.array([tap * channels, row, column])
        stop = start + np.array([channels, height, width])
        corners = [edit.constant(start, f'{name}:start'), edit.constant(stop, f'{name}:stop')]
        total = edit.add('Add', [total, edit.add('Slice', [partial, *corners, axes])])
    return total
