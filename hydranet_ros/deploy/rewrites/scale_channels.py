# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""A depthwise 1x1 convolution is one multiplication per value: write it so."""

import onnx_ir as ir

from hydranet_ros.deploy.graph import constant_of
from hydranet_ros.deploy.graph import GraphEditor
from hydranet_ros.deploy.graph import group_count
from hydranet_ros.deploy.graph import has_bias
from hydranet_ros.deploy.graph import is_constant
from hydranet_ros.deploy.graph import remove_unused
from hydranet_ros.deploy.graph import required
from hydranet_ros.deploy.graph import supersede


def apply(model: ir.Model) -> int:
    """Replace them: in our networks, the last chained residual pooling and the heads' inputs."""
    count = 0
    for conv in list(model.graph):
        if conv.op_type != 'Conv' or group_count(conv) == 1 or has_bias(conv):
            continue
        if not is_constant(conv.inputs[1]):
            continue
        weight = constant_of(conv.inputs[1])
        if weight.shape[1:] != (1, 1, 1) or len(weight) != group_count(conv):
            continue
        edit = GraphEditor(model.graph, conv)
        scale = edit.constant(
            weight.reshape(1, -1, 1, 1), f'{required(conv.inputs[1]).name}:scale'
        )
        scaled = edit.add('Mul', [conv.inputs[0], scale])
        supersede(conv.outputs[0], scaled)
        count += 1
    remove_unused(model)
    return count
