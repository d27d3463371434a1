# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""From a torch network to a model file, and back. The only step of deployment that needs torch."""

import logging
from pathlib import Path
from typing import Any
import warnings

import numpy as np
import onnx
from onnx import numpy_helper
import torch
from torch import nn

from hydranet_ros.atomic_file import write_atomically
from hydranet_ros.errors import HydranetError
from hydranet_ros.networks.architectures import build_network
from hydranet_ros.networks.idle_parameters import idle_parameters
from hydranet_ros.networks.options import LARGEST_SIDE
from hydranet_ros.networks.options import NetworkOptions
from hydranet_ros.networks.options import SMALLEST_SIDE
from hydranet_ros.zoo.import_state_dict import COUNTER
from hydranet_ros.zoo.import_state_dict import load_renamed
from hydranet_ros.zoo.model_file import describe
from hydranet_ros.zoo.model_file import HALF_SUFFIX
from hydranet_ros.zoo.model_file import load_onnx
from hydranet_ros.zoo.model_file import read_model_file
from hydranet_ros.zoo.model_file import state_dict

OPSET = 18


def export_model_file(network: nn.Module, path: str | Path, *, name: str) -> Path:
    """Write `network` (one of ours) as a model file called `name`, atomically; return its path.

    Convolution weights are rounded to fp16. Raises HydranetError where a weight is not finite or
    does not fit fp16.
    """
    ours: Any = network
    if not hasattr(ours, 'architecture'):
        raise HydranetError(
            f'{type(network).__name__} is no network that build_network has built; only those '
            'have model files.'
        )
    heads = {task: head.out.out_channels for task, head in ours.heads.items()}
    model = _trace(ours.eval(), list(heads))
    _strip(model, set(network.state_dict()))
    _store_half(model)
    describe(model, name, ours.architecture, heads, ours.options)
    onnx.checker.check_model(model, full_check=True)
    return _write(model, Path(path))


def network_of(path: str | Path) -> nn.Module:
    """Build the torch network of a model file, with its (fp16-rounded) weights, in eval mode."""
    described = read_model_file(path)
    try:
        network = build_network(described.architecture, described.heads, described.options)
    except HydranetError as error:
        raise HydranetError(f'{path} cannot be built in torch: {error}') from error
    weights = {
        key: torch.tensor(value) for key, value in state_dict(load_onnx(described.path)).items()
    }
    missing = [key for key in network.state_dict().keys() - weights.keys() if COUNTER not in key]
    network.eval()
    # a graph has only what it computes with
    load_renamed(network, weights, may_lack=idle_parameters(network) if missing else ())
    return network


def _trace(network: Any, tasks: list[str]) -> onnx.ModelProto:
    from onnxscript.optimizer import fold_constants  # comes with torch's exporter
    from onnxscript.optimizer import remove_unused_nodes

    options: NetworkOptions = network.options
    largest = options.limit or (LARGEST_SIDE, LARGEST_SIDE)
    dynamic = {
        0: torch.export.Dim('batch'),
        2: torch.export.Dim('height', min=SMALLEST_SIDE, max=largest[0]),
        3: torch.export.Dim('width', min=SMALLEST_SIDE, max=largest[1]),
    }
    for logger in ('torch.onnx', 'torch.onnx._internal.exporter._registration'):
        logging.getLogger(logger).setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')
        program: Any = torch.onnx.export(
            network,
            (torch.zeros(2, 3, min(64, largest[0] - 1), min(96, largest[1] - 1)),),
            dynamo=True,
            optimize=False,  # its optimiser folds the batch norms
            dynamic_shapes=(dynamic,),
            input_names=['image'],
            output_names=tasks,
            opset_version=OPSET,
            verbose=False,
        )
    fold_constants(program.model)
    remove_unused_nodes(program.model)
    return program.model_proto


def _strip(model: onnx.ModelProto, keys: set[str]) -> None:
    """Drop the exporter's zero biases, repeated constants, and traces of where it ran."""
    graph = model.graph
    values = {t.name: numpy_helper.to_array(t) for t in graph.initializer}
    shared: dict[tuple, str] = {}
    for node in graph.node:
        if node.op_type == 'Conv' and len(node.input) == 3 and node.input[2] not in keys:
            if np.any(values[node.input[2]]):
                raise HydranetError(f'The exporter gave {node.name} a bias of its own.')
            del node.input[2]
        for i, name in enumerate(node.input):
            if name in values and name not in keys:
                value = values[name]
                key = (value.dtype.str, value.shape, value.tobytes())
                node.input[i] = shared.setdefault(key, name)
        del node.metadata_props[:]
        node.doc_string = ''
    used = {name for node in graph.node for name in node.input}
    kept = [t for t in graph.initializer if t.name in used]
    del graph.initializer[:]
    graph.initializer.extend(kept)
    del graph.value_info[:]
    del graph.metadata_props[:]
    for value in [*graph.input, *graph.output]:
        del value.metadata_props[:]
    for tensor in graph.initializer:
        del tensor.metadata_props[:]


def _store_half(model: onnx.ModelProto) -> None:
    """Store every convolution weight as fp16, behind a cast to float32."""
    graph = model.graph
    casts = []
    for tensor in graph.initializer:
        value = numpy_helper.to_array(tensor)
        if value.ndim != 4:
            continue
        with np.errstate(over='ignore'):
            half = value.astype(np.float16)
        if not np.isfinite(half).all():
            raise HydranetError(f'The weight {tensor.name} is not finite or beyond fp16 (65504).')
        tensor.CopyFrom(numpy_helper.from_array(half, tensor.name))
        casts.append(
            onnx.helper.make_node(
                'Cast', [tensor.name], [tensor.name + HALF_SUFFIX], to=onnx.TensorProto.FLOAT
            )
        )
    halved = {cast.input[0] for cast in casts}
    for node in graph.node:
        for i, name in enumerate(node.input):
            if name in halved:
                node.input[i] = name + HALF_SUFFIX
    nodes = [*casts, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)


def _write(model: onnx.ModelProto, path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return write_atomically(path, model.SerializeToString())
