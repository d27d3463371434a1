# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""A max-pool of quantised numbers gives some of them: its output needs no rounding of its own."""

import onnx_ir as ir

from hydranet_ros.deploy.graph import drop_rounding
from hydranet_ros.deploy.graph import remove_unused


def apply(model: ir.Model) -> int:
    """Take the Q/DQ pair off every max-pool whose input has the same scale and zero point."""
    count = 0
    for pool in list(model.graph):
        if pool.op_type != 'MaxPool':
            continue
        before = pool.inputs[0].producer() if pool.inputs[0] is not None else None
        after = pool.outputs[0].consumers()
        if before is None or before.op_type != 'DequantizeLinear' or len(after) != 1:
            continue
        if after[0].op_type == 'QuantizeLinear' and after[0].inputs[1:] == before.inputs[1:]:
            drop_rounding(after[0])
            count += 1
    remove_unused(model)
    return count
