# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""From a deployed graph to a serialised engine. Runs in the process that build_child starts."""

from __future__ import annotations

from collections.abc import Callable
import logging
from typing import TYPE_CHECKING

from hydranet_ros.deploy.options import BuilderOptions
from hydranet_ros.deploy.tensorrt.messages import make_monitor
from hydranet_ros.deploy.tensorrt.messages import Messages
from hydranet_ros.deploy.tensorrt.messages import Progress
from hydranet_ros.deploy.tensorrt.order import BuildOrder
from hydranet_ros.deploy.tensorrt.process_logger import listen
from hydranet_ros.deploy.tensorrt.process_logger import logger_of
from hydranet_ros.deploy.tensorrt.timing_cache import keep_timing_cache
from hydranet_ros.deploy.tensorrt.timing_cache import use_timing_cache
from hydranet_ros.deploy.tensorrt.versions import network_flags
from hydranet_ros.errors import HydranetError

if TYPE_CHECKING:
    import tensorrt as trt


def build_plan(
    graph: bytes, order: BuildOrder, messages: Messages, on_progress: Callable[[str], None]
) -> trt.IHostMemory:
    """Build a serialised engine from a strongly typed ONNX graph; HydranetError with the reason.

    on_progress: called with lines from TensorRT's threads; must not raise.
    """
    import tensorrt as trt

    listen(messages)
    logger = logger_of(trt)
    builder = trt.Builder(logger)
    network = builder.create_network(network_flags(trt))
    if network is None:
        raise HydranetError(f'TensorRT makes no network: {messages.errors()}.')
    parser = _parse(graph, network, logger, messages)
    config = builder.create_builder_config()
    _configure(config, order.builder)
    if order.builder.dla_core >= 0:
        _use_dla(config, builder, network, order.builder.dla_core, messages)
    monitor = make_monitor(Progress(on_progress))
    config.progress_monitor = monitor
    use_timing_cache(config, order.timing_cache, messages)
    plan: trt.IHostMemory | None = builder.build_serialized_network(network, config)
    del parser  # not before: the network's weights lie in its memory
    if plan is None:
        raise HydranetError(
            f'TensorRT {trt.__version__} cannot build the engine: {messages.errors()}. Give it '
            'memory (close what else uses the GPU, or workspace_mb), try another precision or '
            'optimization level, or another backend.'
        )
    messages.tell_errors()
    keep_timing_cache(config, order.timing_cache, messages)
    return plan


def _parse(
    graph: bytes, network: trt.INetworkDefinition, logger: trt.ILogger, messages: Messages
) -> trt.OnnxParser:
    import tensorrt as trt

    parser = trt.OnnxParser(network, logger)
    if parser.parse(graph):
        return parser
    errors = [_describe(parser.get_error(i)) for i in range(parser.num_errors)]
    raise HydranetError(
        f"TensorRT {trt.__version__}'s parser refuses the graph: "
        f'{"; ".join(errors) or messages.errors()}. Try another precision or backend, or another '
        'version of TensorRT.'
    )


def _describe(error: trt.ParserError) -> str:
    node, operator = error.node_name(), error.node_operator()
    where = f'node {error.node()} {node!r} ({operator}): ' if node or operator else ''
    return f'{where}{error.desc().strip()} [{error.code().name}]'


def _configure(config: trt.IBuilderConfig, options: BuilderOptions) -> None:
    import tensorrt as trt

    config.builder_optimization_level = options.optimization_level
    config.clear_flag(trt.BuilderFlag.TF32)  # on by default, and no fp32
    if options.workspace_mb:
        config.set_memory_pool_limit(trt.MemoryPoolType.WORKSPACE, options.workspace_mb << 20)


def _use_dla(
    config: trt.IBuilderConfig,
    builder: trt.Builder,
    network: trt.INetworkDefinition,
    core: int,
    messages: Messages,
) -> None:
    """Give the DLA what it can take, the GPU the rest; the shares are told."""
    import tensorrt as trt

    if core >= builder.num_DLA_cores:
        raise HydranetError(
            f'There is no DLA core {core}: TensorRT {trt.__version__} finds '
            f'{builder.num_DLA_cores} here (Orin has them). Leave the DLA out.'
        )
    config.default_device_type = trt.DeviceType.DLA
    config.DLA_core = core
    config.set_flag(trt.BuilderFlag.GPU_FALLBACK)
    layers = network.num_layers
    taken = sum(config.can_run_on_DLA(network.get_layer(i)) for i in range(layers))
    if taken == 0:
        raise HydranetError(
            f"The DLA takes none of the network's {layers} layers: all would run on the GPU. "
            'Leave the DLA out, or try another precision.'
        )
    level = logging.WARNING if taken < layers else logging.INFO
    messages.tell(level, f'the DLA can take {taken} of {layers} layers, the GPU runs the rest')
