# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""A quantised sum of several is rounded once, before its last term, and not after each."""

import onnx_ir as ir

from hydranet_ros.deploy.graph import drop_rounding
from hydranet_ros.deploy.graph import remove_unused


def apply(model: ir.Model) -> int:
    """Take the Q/DQ pairs off sums that are only a term of a sum that is itself only a term.

    The last but one keeps its pair: OpenVINO adds the last term inside the convolution that
    computes it, and has to write float32 there where the other term is not quantised.
    """
    inner = []
    for node in model.graph:
        pair = _rounding(node)
        if pair is None:
            continue
        following = _only_sum(pair)
        next_pair = _rounding(following) if following is not None else None
        if next_pair is not None and _only_sum(next_pair) is not None:
            inner.append(pair)
    for pair in inner:
        drop_rounding(pair)
    remove_unused(model)
    return len(inner)


def _rounding(node: ir.Node) -> ir.Node | None:
    """Give the QuantizeLinear that alone reads the sum `node`."""
    readers = node.outputs[0].consumers() if node.op_type == 'Add' else ()
    alone = len(readers) == 1 and readers[0].op_type == 'QuantizeLinear'
    return readers[0] if alone else None


def _only_sum(quantise: ir.Node) -> ir.Node | None:
    """Give the sum that alone reads what `quantise` rounds."""
    readers = [
        reader
        for dequantise in quantise.outputs[0].consumers()
        for reader in dequantise.outputs[0].consumers()
    ]
    return readers[0] if len(readers) == 1 and readers[0].op_type == 'Add' else None
