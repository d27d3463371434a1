# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""From the size-agnostic model file to the deployed graph of one frame size. Needs no torch."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import onnx
import onnx_ir as ir
from onnxscript.optimizer import fold_constants
from onnxscript.rewriter import RewriteRuleSet
from onnxscript.rewriter.rules.common import fuse_batchnorm_into_conv_rule

from hydranet_ros.deploy.graph import constant_of
from hydranet_ros.deploy.graph import ENTRY
from hydranet_ros.deploy.graph import GraphEditor
from hydranet_ros.deploy.graph import remove_unused
from hydranet_ros.deploy.graph import required
from hydranet_ros.deploy.half_precision import to_half
from hydranet_ros.deploy.input_size import check_sizes
from hydranet_ros.deploy.postprocessing_graph import append_outputs
from hydranet_ros.deploy.rewrites import apply_rewrites
from hydranet_ros.deploy.rewrites import Rewrite
from hydranet_ros.zoo.card_types import ModelCard
from hydranet_ros.zoo.model_file import load_onnx

if TYPE_CHECKING:
    from hydranet_ros.deploy.calibration import Calibration

VERSION = 5  # raise it with every change of the graphs made here: engine caches are keyed by it


class Cut(str, Enum):
    """Where the graph ends: everything inside (GPU), or at logits size (CPU)."""

    FULL = 'full'
    LOGITS = 'logits'


class Arithmetic(str, Enum):
    """The types of the bare network, written into the graph; what is around it stays float32.

    INT8_CPU: activations uint8, weights int8. INT8_TENSORRT: both int8 and symmetric, zero point
    0, biases float, what is not quantised float16.
    """

    FLOAT32 = 'float32'
    FLOAT16 = 'float16'
    INT8_CPU = 'int8_cpu'
    INT8_TENSORRT = 'int8_tensorrt'


@dataclass(frozen=True)
class GraphSpec:
    """What a deployed graph is specialised for; sizes are (height, width) in pixels.

    calibration: the ranges of the activations, which int8 needs.
    """

    camera_size: tuple[int, int]
    input_size: tuple[int, int]
    batch: int = 1
    cut: Cut = Cut.LOGITS
    domain: str | None = None
    rewrites: frozenset[Rewrite] = frozenset()
    arithmetic: Arithmetic = Arithmetic.FLOAT32
    calibration: Calibration | None = None


def specialise(model_file: Path, card: ModelCard, spec: GraphSpec) -> onnx.ModelProto:
    """Make the deployed graph.

    Inputs: `image` uint8 [N, H, W, 3] RGB (camera size in the full cut, input size in the logits
    cut) and, in the full cut with depth, `depth_scale` float32 [N]. Outputs of the logits cut:
    the raw task outputs, float32 [N, C, h, w], as large as the network makes them; of the full
    cut: `labels`, `depth`, `confidence`, `normals` as far as the model has them. Raises FrameError
    for sizes that the network cannot take, HydranetError where the arithmetic cannot be written.
    """
    check_sizes(spec.camera_size, spec.input_size, card.options.limit)
    proto = load_onnx(model_file)
    _fix_sizes(proto, spec)
    model = ir.from_proto(proto)
    fold_constants(
        model, onnx_shape_inference=True, input_size_limit=2**30, output_size_limit=2**30
    )
    RewriteRuleSet([fuse_batchnorm_into_conv_rule]).apply_to_model(model)
    remove_unused(model)
    _select_classes(model, card.class_slice(spec.domain))
    if spec.arithmetic is not Arithmetic.INT8_CPU:
        apply_rewrites(model, spec.rewrites)
    _prepend_preprocessing(model, card, spec)
    model = _with_arithmetic(model, spec)
    if spec.arithmetic is Arithmetic.INT8_CPU:
        apply_rewrites(model, spec.rewrites)
    if spec.cut is Cut.FULL:
        append_outputs(model, card, spec.camera_size)
    return _finish(model)


def _fix_sizes(proto: onnx.ModelProto, spec: GraphSpec) -> None:
    dims = proto.graph.input[0].type.tensor_type.shape.dim
    for dim, value in zip(dims, (spec.batch, 3, *spec.input_size), strict=True):
        dim.dim_value = value
    for output in proto.graph.output:
        output.type.tensor_type.ClearField('shape')


def _select_classes(model: ir.Model, classes: slice) -> None:
    """Keep the logits of one domain only, by slicing the last convolution's weights."""
    semantic = next((v for v in model.graph.outputs if v.name == 'semantic'), None)
    if semantic is None or required(semantic.shape)[1] == classes.stop - classes.start:
        return
    head = required(semantic.producer())
    edit = GraphEditor(model.graph, head)
    for i in (1, 2):
        value = head.inputs[i]
        part = edit.constant(constant_of(value)[classes], f'{value.name}:domain')
        head.replace_input_with(i, part)
    batch, _, height, width = required(semantic.shape)
    semantic.shape = ir.Shape([batch, classes.stop - classes.start, height, width])


def _prepend_preprocessing(model: ir.Model, card: ModelCard, spec: GraphSpec) -> None:
    """Read uint8 NHWC: subtract the mean explicitly, fold the scale into the first convolution.

    Folding the mean as well would not be exact at the zero-padded border.
    """
    graph = model.graph
    old = graph.inputs[0]
    stem = old.consumers()[0]
    edit = GraphEditor(graph, graph[0])
    size = spec.camera_size if spec.cut is Cut.FULL else spec.input_size
    image = ir.Value(
        name='image',
        shape=ir.Shape([spec.batch, *size, 3]),
        type=ir.TensorType(ir.DataType.UINT8),
    )
    value = edit.add('Cast', [image], to=ir.DataType.FLOAT)
    value = edit.add('Transpose', [value], perm=[0, 3, 1, 2])
    if size != spec.input_size:
        target = edit.constant(np.array([spec.batch, 3, *spec.input_size]), 'input_size')
        value = edit.add(
            'Resize',
            [value, None, None, target],
            mode='linear',
            coordinate_transformation_mode='half_pixel',
        )
    mean = np.array(card.mean, np.float32).reshape(1, 3, 1, 1) * 255
    value = edit.add('Sub', [value, edit.constant(mean, 'mean')])
    value.name = ENTRY
    scale = 1 / (255 * np.array(card.std, np.float64)).reshape(1, 3, 1, 1)
    weight = (constant_of(stem.inputs[1]) * scale).astype(np.float32)
    stem.replace_input_with(1, edit.constant(weight, f'{required(stem.inputs[1]).name}:scaled'))
    ir.convenience.replace_all_uses_with(old, value)
    graph.inputs[0] = image


def _with_arithmetic(model: ir.Model, spec: GraphSpec) -> ir.Model:
    if spec.arithmetic in (Arithmetic.INT8_CPU, Arithmetic.INT8_TENSORRT):
        from hydranet_ros.deploy.quantisation import quantised  # needs ONNX Runtime

        model = quantised(model, spec.calibration, spec.arithmetic is Arithmetic.INT8_TENSORRT)
    if spec.arithmetic in (Arithmetic.FLOAT16, Arithmetic.INT8_TENSORRT):
        to_half(model)
    return model


def _finish(model: ir.Model) -> onnx.ModelProto:
    remove_unused(model)
    ir.passes.common.NameFixPass()(model)
    proto = ir.to_proto(model)
    del proto.metadata_props[:]
    onnx.checker.check_model(proto, full_check=True)
    return proto
