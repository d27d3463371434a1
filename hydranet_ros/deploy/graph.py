# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Adding nodes and constants to an ONNX graph in memory (onnx-ir)."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import onnx_ir as ir

ENTRY = 'normalised'  # the value where the bare network begins


class GraphEditor:
    """Insert nodes before `anchor` (appended where it is None), with shapes known by `shape`."""

    def __init__(self, graph: ir.Graph, anchor: ir.Node | None = None) -> None:
        self.graph = graph
        self.anchor = anchor

    def constant(self, value: np.ndarray, name: str) -> ir.Value:
        """Register `value` as an initialiser with a name derived from `name`."""
        unique, i = name, 1
        while unique in self.graph.initializers:
            unique, i = f'{name}:{i}', i + 1
        value = np.asarray(value, order='C')
        tensor = ir.tensor(value, name=unique)
        initialiser = ir.Value(
            name=unique, shape=ir.Shape(value.shape), type=ir.TensorType(tensor.dtype)
        )
        initialiser.const_value = tensor
        self.graph.register_initializer(initialiser)
        return initialiser

    def add(self, op: str, inputs: Sequence[ir.Value | None], **attributes: Any) -> ir.Value:
        """Insert a node with one output and return that output."""
        node = ir.node(op, inputs, attributes=attributes)
        if self.anchor is None:
            self.graph.append(node)
        else:
            self.graph.insert_before(self.anchor, node)
        return node.outputs[0]


def is_constant(value: ir.Value | None) -> bool:
    """Tell whether the value of `value` is known."""
    return value is not None and value.const_value is not None and not value.is_graph_input()


def constant_of(value: ir.Value | None) -> np.ndarray:
    """Give the array behind a constant."""
    if value is None or value.const_value is None:
        raise ValueError(f'{value} is no constant')
    return value.const_value.numpy()


def required(value: Any) -> Any:
    """Give what onnx-ir declares optional but this graph has: an input, a producer, a shape."""
    if value is None:
        raise ValueError('the graph lacks an input, producer or shape that it must have')
    return value


def ints(node: ir.Node, name: str, default: list[int]) -> list[int]:
    """Give an integer-list attribute of `node`."""
    attribute = node.attributes.get(name)
    return default if attribute is None else list(attribute.as_ints())


def group_count(conv: ir.Node) -> int:
    """Give the `group` attribute of a convolution."""
    attribute = conv.attributes.get('group')
    return 1 if attribute is None else attribute.as_int()


def is_pointwise(node: ir.Node | None) -> bool:
    """Tell whether `node` is a dense 1x1 convolution of stride 1 without padding."""
    return (
        node is not None
        and node.op_type == 'Conv'
        and group_count(node) == 1
        and is_constant(node.inputs[1])
        and constant_of(node.inputs[1]).shape[2:] == (1, 1)
        and not any(ints(node, 'pads', [0]))
        and all(s == 1 for s in ints(node, 'strides', [1]))
    )


def has_bias(conv: ir.Node) -> bool:
    """Tell whether a convolution has a bias."""
    return len(conv.inputs) > 2 and conv.inputs[2] is not None


def bias_of(conv: ir.Node) -> np.ndarray:
    """Give the bias of a convolution, zeros where it has none."""
    if has_bias(conv):
        return constant_of(conv.inputs[2])
    return np.zeros(len(constant_of(conv.inputs[1])), np.float32)


def supersede(old: ir.Value, new: ir.Value) -> None:
    """Let `new` stand wherever `old` does, under its name, also as an output of the graph."""
    new.name, old.name = old.name, f'{old.name}:old'
    new.shape, new.type = old.shape, old.type
    ir.convenience.replace_all_uses_with(old, new, replace_graph_outputs=True)


def drop_rounding(quantise: ir.Node) -> None:
    """Let those that read a QuantizeLinear through a DequantizeLinear read what it rounds."""
    for dequantise in list(quantise.outputs[0].consumers()):
        ir.convenience.replace_all_uses_with(dequantise.outputs[0], required(quantise.inputs[0]))


def remove_unused(model: ir.Model) -> None:
    """Drop nodes and initialisers that no output needs."""
    ir.passes.common.RemoveUnusedNodesPass()(model)


def entry_of(model: ir.Model) -> ir.Value:
    """Give the value between pre-processing and the bare network."""
    return next(node.outputs[0] for node in model.graph if node.outputs[0].name == ENTRY)


def network_nodes(model: ir.Model) -> list[ir.Node]:
    """Give the nodes that do not belong to pre-processing, in their order."""
    before: set[ir.Node | None] = set()
    pending = [entry_of(model).producer()]
    while pending:
        node = pending.pop()
        if node is not None and node not in before:
            before.add(node)
            pending.extend(value.producer() for value in node.inputs if value is not None)
    return [node for node in model.graph if node not in before]
