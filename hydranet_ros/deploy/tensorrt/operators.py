# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Whether TensorRT's ONNX parser takes a graph, by its published list of operators."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator
from dataclasses import dataclass
import json
from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper
from onnx import TensorProto

from hydranet_ros.errors import first_line
from hydranet_ros.errors import HydranetError

LIST = Path(__file__).with_name('onnx_operators.json')
_NAMES = {
    TensorProto.FLOAT: 'FP32',
    TensorProto.FLOAT16: 'FP16',
    TensorProto.BFLOAT16: 'BF16',
    TensorProto.DOUBLE: 'FP64',
}
_RESIZE = {
    'mode': (b'nearest', b'linear'),
    'coordinate_transformation_mode': (
        b'half_pixel',
        b'pytorch_half_pixel',
        b'tf_half_pixel_for_nn',
        b'asymmetric',
        b'align_corners',
    ),
    'antialias': (0,),
    'keep_aspect_ratio_policy': (b'stretch',),
}
_TOPK_LIMIT = 3840
_NAMED = 5  # problems in a message


def check_operators(model: onnx.ModelProto) -> None:
    """Raise HydranetError naming the nodes, operators and types that the parser does not take."""
    published = json.loads(LIST.read_text())
    found = [*_problems(_Graph.of(model), published['types'])]
    oldest, newest = published['opset']
    versions = [one.version for one in model.opset_import if one.domain in ('', 'ai.onnx')]
    if not versions or not oldest <= versions[0] <= newest:
        found.append(f'opset {versions} is not one of {oldest} to {newest}')
    if found:
        more = f' and {len(found) - _NAMED} more' if len(found) > _NAMED else ''
        raise HydranetError(
            f'{published["parser"]} does not take the graph: {"; ".join(found[:_NAMED])}{more}.'
        )


@dataclass(frozen=True)
class _Graph:
    """A graph with the types of its values and the values of its initialisers."""

    nodes: list[onnx.NodeProto]
    types: dict[str, str]
    edges: set[str]
    constants: dict[str, TensorProto]

    @classmethod
    def of(cls, model: onnx.ModelProto) -> _Graph:
        try:
            graph = onnx.shape_inference.infer_shapes(model, strict_mode=True).graph
        except onnx.shape_inference.InferenceError as error:
            raise HydranetError(
                f'The types of the graph cannot be told: {first_line(error)}.'
            ) from error
        ends = [*graph.input, *graph.output]
        types = {one.name: one.type.tensor_type.elem_type for one in [*graph.value_info, *ends]}
        types |= {one.name: one.data_type for one in graph.initializer}
        return cls(
            nodes=list(graph.node),
            types={k: _NAMES.get(v, TensorProto.DataType.Name(v)) for k, v in types.items()},
            edges={one.name for one in ends},
            constants={one.name: one for one in graph.initializer},
        )

    def array(self, node: onnx.NodeProto, place: int) -> np.ndarray | None:
        """Give an input of a node where it is an initialiser."""
        name = node.input[place] if place < len(node.input) else ''
        return numpy_helper.to_array(self.constants[name]) if name in self.constants else None


def _problems(graph: _Graph, published: dict[str, list[str]]) -> Iterator[str]:
    for node in graph.nodes:
        where = f"node '{node.name}' ({node.op_type})"
        allowed = published.get(node.op_type)
        if node.domain not in ('', 'ai.onnx') or allowed is None:
            yield f'{where} is not in the list'
            continue
        data = graph.types.get(node.input[0], 'unknown') if node.input else allowed[0]
        if data not in allowed:
            yield f'{where} reads {data}, not one of {", ".join(allowed)}'
        for name in (*node.input, *node.output):
            kind = graph.types.get(name)
            if kind == 'FP64' or (kind == 'UINT8' and name not in graph.edges):
                yield f"{where} has {kind} at '{name}'"
        for problem in _RESTRICTIONS.get(node.op_type, lambda *_: ())(graph, node):
            yield f'{where} {problem}'


def _attributes(node: onnx.NodeProto) -> dict[str, object]:
    return {one.name: onnx.helper.get_attribute_value(one) for one in node.attribute}


def _cast(graph: _Graph, node: onnx.NodeProto) -> Iterator[str]:
    both = [graph.types.get(name, 'unknown') for name in (node.input[0], node.output[0])]
    if 'UINT8' in both and not {'FP32', 'FP16'} & set(both):
        yield f'casts {both[0]} to {both[1]}: uint8 is made from, and becomes, floats only'


def _resize(graph: _Graph, node: onnx.NodeProto) -> Iterator[str]:
    given = _attributes(node)
    for name, allowed in _RESIZE.items():
        if given.get(name, allowed[0]) not in allowed:
            yield f'has {name} {given[name]!r}'


def _zero_point(graph: _Graph, node: onnx.NodeProto) -> Iterator[str]:
    given = len(node.input) > 2 and node.input[2]
    zero = graph.array(node, 2)
    if given and (zero is None or zero.any()):
        yield 'has a zero point that is not 0'


def _max_pool(graph: _Graph, node: onnx.NodeProto) -> Iterator[str]:
    if len(node.output) > 1:
        yield 'gives indices'
    dilations = _attributes(node).get('dilations', [])
    if isinstance(dilations, list) and any(one != 1 for one in dilations):
        yield f'has dilations {dilations}'


def _top_k(graph: _Graph, node: onnx.NodeProto) -> Iterator[str]:
    k = graph.array(node, 1)
    if _attributes(node).get('sorted', 1) != 1 or k is None or int(k.max()) >= _TOPK_LIMIT:
        yield f'must be sorted, with a constant K below {_TOPK_LIMIT}'


def _constant_axes(place: int) -> Callable[[_Graph, onnx.NodeProto], Iterator[str]]:
    def check(graph: _Graph, node: onnx.NodeProto) -> Iterator[str]:
        if len(node.input) > place and node.input[place] and graph.array(node, place) is None:
            yield 'has axes that are computed'

    return check


_RESTRICTIONS: dict[str, Callable[[_Graph, onnx.NodeProto], Iterator[str]]] = {
    'Cast': _cast,
    'Resize': _resize,
    'QuantizeLinear': _zero_point,
    'DequantizeLinear': _zero_point,
    'MaxPool': _max_pool,
    'TopK': _top_k,
    'Slice': _constant_axes(3),
    'ReduceMax': _constant_axes(1),
}
