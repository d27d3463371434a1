# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Two 1x1 convolutions in a row, with nothing between that anything else reads, are one."""

import numpy as np
import onnx_ir as ir

from hydranet_ros.deploy.graph import bias_of
from hydranet_ros.deploy.graph import constant_of
from hydranet_ros.deploy.graph import GraphEditor
from hydranet_ros.deploy.graph import is_pointwise
from hydranet_ros.deploy.graph import remove_unused
from hydranet_ros.deploy.graph import required
from hydranet_ros.deploy.graph import supersede


def apply(model: ir.Model) -> int:
    """Merge them: in our networks, the deepest lateral into the encoder's last projection."""
    count = 0
    for second in list(model.graph):
        if not is_pointwise(second):
            continue
        first = required(second.inputs[0]).producer()
        if not is_pointwise(first) or len(first.outputs[0].uses()) != 1:
            continue
        w1 = constant_of(first.inputs[1])[:, :, 0, 0].astype(np.float64)
        w2 = constant_of(second.inputs[1])[:, :, 0, 0].astype(np.float64)
        if w2.shape[0] * w1.shape[1] > w1.size + w2.size:
            continue  # the product would cost more than the two
        bias = w2 @ bias_of(first) + bias_of(second)
        edit = GraphEditor(model.graph, second)
        name = required(second.inputs[1]).name
        weight = edit.constant((w2 @ w1)[:, :, None, None].astype(np.float32), f'{name}:merged')
        merged = edit.add(
            'Conv',
            [first.inputs[0], weight, edit.constant(bias.astype(np.float32), f'{name}:bias')],
        )
        supersede(second.outputs[0], merged)
        count += 1
    remove_unused(model)
    return count
