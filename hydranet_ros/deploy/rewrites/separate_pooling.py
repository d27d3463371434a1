# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""A k x k max-pool is a 1 x k one followed by a k x 1 one: 2k comparisons for k squared."""

import onnx_ir as ir

from hydranet_ros.deploy.graph import GraphEditor
from hydranet_ros.deploy.graph import ints
from hydranet_ros.deploy.graph import remove_unused
from hydranet_ros.deploy.graph import supersede


def apply(model: ir.Model) -> int:
    """Separate every square max-pool of stride 1."""
    count = 0
    for pool in list(model.graph):
        if pool.op_type != 'MaxPool' or any(s != 1 for s in ints(pool, 'strides', [1])):
            continue
        height, width = ints(pool, 'kernel_shape', [])
        top, left, bottom, right = ints(pool, 'pads', [0] * 4)
        if 1 in (height, width):
            continue
        edit = GraphEditor(model.graph, pool)
        rows = edit.add(
            'MaxPool', [pool.inputs[0]], kernel_shape=[1, width], pads=[0, left, 0, right]
        )
        both = edit.add('MaxPool', [rows], kernel_shape=[height, 1], pads=[top, 0, bottom, 0])
        supersede(pool.outputs[0], both)
        count += 1
    remove_unused(model)
    return count
