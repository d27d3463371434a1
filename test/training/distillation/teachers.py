# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Small teachers: ONNX files that tell the colour of each pixel, and class maps."""

from pathlib import Path

import numpy as np
import onnx
from onnx import helper
from onnx import numpy_helper
from onnx import TensorProto
import yaml

CLASSES = [{'name': 'warm', 'color': [200, 0, 0]}, {'name': 'cold', 'color': [0, 0, 200]}]
TEACHER = [{'red': 'warm'}, {'green': None}, {'blue': 'cold'}]
SHARPNESS = 20.0


def write_class_map(path: Path, **changes: object) -> Path:
    """Red is warm (0), blue is cold (1), green is nothing."""
    path.write_text(yaml.safe_dump({'classes': CLASSES, 'teacher': TEACHER} | changes))
    return path


def write_colour_teacher(
    path: Path, *, size: tuple[int, int] | None = None, ids: bool = False
) -> Path:
    """Write a network whose three logits are the three colours of a pixel.

    With `ids` it takes uint8 [1, H, W, 3] and gives the id of the largest, else float
    [1, 3, H, W] and the logits.
    """
    height, width = size or ('height', 'width')
    if ids:
        image = helper.make_tensor_value_info('image', TensorProto.UINT8, [1, height, width, 3])
        nodes = [
            helper.make_node('Cast', ['image'], ['float'], to=TensorProto.FLOAT),
            helper.make_node('ArgMax', ['float'], ['out'], axis=3, keepdims=0),
        ]
        out = helper.make_tensor_value_info('out', TensorProto.INT64, [1, height, width])
        constants = []
    else:
        image = helper.make_tensor_value_info('image', TensorProto.FLOAT, [1, 3, height, width])
        nodes = [helper.make_node('Mul', ['image', 'sharpness'], ['out'])]
        out = helper.make_tensor_value_info('out', TensorProto.FLOAT, [1, 3, height, width])
        constants = [numpy_helper.from_array(np.float32(SHARPNESS), 'sharpness')]
    graph = helper.make_graph(nodes, 'colours', [image], [out], constants)
    opset = [helper.make_opsetid('', 18)]
    onnx.save(helper.make_model(graph, opset_imports=opset, ir_version=9), str(path))
    return path


def flag(height: int = 60, width: int = 100) -> np.ndarray:
    """Red, green and blue thirds, uint8 (H, W, 3)."""
    rgb = np.zeros((height, width, 3), np.uint8)
    for channel, columns in enumerate(np.array_split(np.arange(width), 3)):
        rgb[:, columns, channel] = 255
    return rgb


def flag_labels(height: int = 60, width: int = 100) -> np.ndarray:
    """What the class map makes of the flag."""
    return np.array([0, 255, 1], np.uint8)[flag(height, width).argmax(2)]
