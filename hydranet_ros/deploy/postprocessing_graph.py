# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The end of the full cut: from raw task outputs to labels, metres, confidence and normals."""

import numpy as np
import onnx_ir as ir

from hydranet_ros.deploy.graph import GraphEditor
from hydranet_ros.deploy.graph import required
from hydranet_ros.deploy.normals import optical_axes
from hydranet_ros.zoo.card_types import ModelCard


def append_outputs(model: ir.Model, card: ModelCard, camera_size: tuple[int, int]) -> None:
    """Replace the raw outputs by those of the contract, all at `camera_size`."""
    graph = model.graph
    raw = {value.name: value for value in graph.outputs}
    for name, value in raw.items():
        value.name = f'{name}:raw'  # an output may take its place under the same name
    del graph.outputs[:]
    edit = GraphEditor(graph)
    batch = required(graph.inputs[0].shape)[0]
    if 'semantic' in raw:
        _output(graph, 'labels', _labels(edit, raw['semantic'], camera_size), ir.DataType.UINT8)
    if 'depth' in raw:
        scale = ir.Value(
            name='depth_scale', shape=ir.Shape([batch]), type=ir.TensorType(ir.DataType.FLOAT)
        )
        graph.inputs.append(scale)
        depth = _depth(edit, raw['depth'], scale, camera_size)
        _output(graph, 'depth', depth, ir.DataType.FLOAT)
    if 'semantic' in raw:
        value = _confidence(edit, raw['semantic'], camera_size)
        _output(graph, 'confidence', value, ir.DataType.UINT8)
    if 'normals' in raw:
        value = _normals(edit, raw['normals'], card.normals_axes, camera_size)
        _output(graph, 'normals', value, ir.DataType.FLOAT, 3)
    for output in graph.outputs:
        output.shape = ir.Shape([batch, *camera_size, *required(output.shape)])


def _output(
    graph: ir.Graph, name: str, value: ir.Value, dtype: ir.DataType, *channels: int
) -> None:
    value.name, value.dtype, value.shape = name, dtype, ir.Shape(channels)
    graph.outputs.append(value)


def _resize(edit: GraphEditor, value: ir.Value, size: tuple[int, int]) -> ir.Value:
    target = edit.constant(np.array([*required(value.shape)[:2], *size]), 'camera_size')
    return edit.add(
        'Resize',
        [value, None, None, target],
        mode='linear',
        coordinate_transformation_mode='half_pixel',
    )


def _labels(edit: GraphEditor, logits: ir.Value, size: tuple[int, int]) -> ir.Value:
    index = edit.add('ArgMax', [_resize(edit, logits, size)], axis=1, keepdims=0)
    # TensorRT makes uint8 of floats only
    return edit.add(
        'Cast', [edit.add('Cast', [index], to=ir.DataType.FLOAT)], to=ir.DataType.UINT8
    )


def _depth(edit: GraphEditor, raw: ir.Value, scale: ir.Value, size: tuple[int, int]) -> ir.Value:
    channel = edit.constant(np.array([1]), 'channel')
    metres = edit.add('Abs', [edit.add('Squeeze', [_resize(edit, raw, size), channel])])
    shape = edit.constant(np.array([-1, 1, 1]), 'per_image')
    return edit.add('Mul', [metres, edit.add('Reshape', [scale, shape])])


def _confidence(edit: GraphEditor, logits: ir.Value, size: tuple[int, int]) -> ir.Value:
    channel = edit.constant(np.array([1]), 'channel')
    probability = edit.add('ReduceMax', [edit.add('Softmax', [logits], axis=1), channel])
    full = edit.constant(np.array(255, np.float32), 'full_scale')
    level = edit.add('Round', [edit.add('Mul', [probability, full])])
    batch, _, *size_at_logits = required(logits.shape)
    level.dtype = ir.DataType.FLOAT
    level.shape = ir.Shape([batch, 1, *size_at_logits])
    resized = edit.add('Round', [edit.add('Squeeze', [_resize(edit, level, size), channel])])
    return edit.add('Cast', [resized], to=ir.DataType.UINT8)


def _normals(
    edit: GraphEditor, raw: ir.Value, axes: str | None, size: tuple[int, int]
) -> ir.Value:
    order, signs = optical_axes(axes)
    channel = edit.constant(np.array([1]), 'channel')
    resized = _resize(edit, raw, size)
    ordered = edit.add('Gather', [resized, edit.constant(order, 'normals_order')], axis=1)
    signed = edit.add('Mul', [ordered, edit.constant(signs.reshape(1, 3, 1, 1), 'normals_signs')])
    length = edit.add('ReduceL2', [signed, channel], keepdims=1)
    tiny = edit.constant(np.array(1e-12, np.float32), 'tiny')
    unit = edit.add('Div', [signed, edit.add('Max', [length, tiny])])
    return edit.add('Transpose', [unit], perm=[0, 2, 3, 1])
