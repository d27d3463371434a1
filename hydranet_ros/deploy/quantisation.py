# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The bare network in int8: Q/DQ pairs by ONNX Runtime's quantiser, from calibrated ranges.

One calibration, two writings. For CPUs: activations uint8, weights int8, biases int32, each
activation that an operator gives or takes. For TensorRT: all int8 and symmetric (zero point 0),
weights and biases in float, a pair before each operator that can work on int8 and none after, so
that a convolution and its ReLU6 stay one.
"""

from __future__ import annotations

from typing import Any
from typing import TYPE_CHECKING

import numpy as np
import onnx_ir as ir

from hydranet_ros.deploy.engines import import_problem
from hydranet_ros.deploy.graph import network_nodes
from hydranet_ros.deploy.graph import required
from hydranet_ros.errors import HydranetError

if TYPE_CHECKING:
    from hydranet_ros.deploy.calibration import Calibration

OPERATORS = ('Conv', 'Add', 'Clip', 'Relu', 'MaxPool', 'Resize')
_ACTIVATIONS = ('Clip', 'Relu')  # which TensorRT joins to the convolution before them
# Left in float, by their weights' keys: stem and first stage of the encoder. Of shipped `street`,
# on 51 frames of CamVid val (6 of KITTI), against fp32: with all in int8, 98.4 % (98.8 %) of clear
# labels agree, depth moves by 2.6 % at the median (4.2 %), 13 % at p99 (28 %), and 0.6 points of
# mIoU are lost; without these layers 99.7 % (99.7 %), 0.8 % (1.5 %), 4.5 % (11 %), 0.05 points,
# for 14 % more time in float32 and 5 % in bfloat16. Most of it is the first depthwise convolution:
# with it alone in float 99.3 % (99.5 %), 1.6 % (2.3 %), 8.6 % (17 %). The heads change nothing.
SENSITIVE = ('encoder.stem.', 'encoder.stages.0.')
_OPSET_OF_HALF_SCALES = 19


def quantised(model: ir.Model, calibration: Calibration | None, symmetric: bool) -> ir.Model:
    """Return the graph, which ends at its raw float outputs, with the network in int8.

    symmetric: write it for TensorRT. HydranetError without a calibration of this model.
    """
    if calibration is None:
        raise HydranetError('int8 needs a calibration; make one with hydranet build --images.')
    problem = import_problem('onnxruntime')
    if problem is not None:
        raise HydranetError(f"int8 graphs are made by ONNX Runtime's quantiser: {problem}.")
    ir.passes.common.NameFixPass()(model)
    nodes = [required(node.name) for node in network_nodes(model) if not _is_sensitive(node)]
    if symmetric:
        model.opset_imports[''] = max(model.opset_imports[''], _OPSET_OF_HALF_SCALES)
    proto = ir.to_proto(model)
    try:
        result = ir.from_proto(_quantise(proto, nodes, calibration, symmetric))
    except (ValueError, KeyError) as error:
        raise HydranetError(
            f'The calibration of {calibration.source} does not fit the network ({error}); make '
            'it again with hydranet build --images.'
        ) from error
    _keep_outputs_float(result)
    result.graph.sort()
    return result


def _is_sensitive(node: ir.Node) -> bool:
    names = (value.name for value in node.inputs if value is not None and value.name)
    return any(name.startswith(SENSITIVE) for name in names)


def _quantise(proto: Any, nodes: list[str], calibration: Calibration, symmetric: bool) -> Any:
    from onnxruntime.quantization import CalibrationMethod
    from onnxruntime.quantization import QuantType
    from onnxruntime.quantization.calibrate import TensorsData
    from onnxruntime.quantization.qdq_quantizer import QDQQuantizer

    ranges = {
        name: (np.float32(low), np.float32(high))
        for name, (low, high) in calibration.ranges.items()
    }
    options: dict[str, Any] = {'WeightSymmetric': True}
    operators: tuple[str, ...] = OPERATORS
    if symmetric:
        operators = tuple(one for one in OPERATORS if one not in _ACTIVATIONS)
        options.update(
            ActivationSymmetric=True,
            QuantizeBias=False,
            AddQDQPairToWeight=True,
            OpTypesToExcludeOutputQuantization=list(operators),
        )
    quantiser = QDQQuantizer(
        proto,
        per_channel=True,
        reduce_range=False,
        weight_qType=QuantType.QInt8,
        activation_qType=QuantType.QInt8 if symmetric else QuantType.QUInt8,
        tensors_range=TensorsData(CalibrationMethod.MinMax, ranges),
        nodes_to_quantize=nodes,
        nodes_to_exclude=[],
        op_types_to_quantize=list(operators),
        extra_options=options,
    )
    quantiser.quantize_model()
    return quantiser.model.model


def _keep_outputs_float(model: ir.Model) -> None:
    """Take the Q/DQ pairs off the raw outputs: 256 steps are too few for metres."""
    for i, output in enumerate(list(model.graph.outputs)):
        dequantise = required(output.producer())
        if dequantise.op_type != 'DequantizeLinear':
            continue
        source = required(required(dequantise.inputs[0]).producer()).inputs[0]
        source.name, output.name = output.name, f'{output.name}:quantised'
        source.shape, source.type = output.shape, output.type
        model.graph.outputs[i] = source
