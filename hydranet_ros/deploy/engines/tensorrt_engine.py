# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""TensorRT on an NVIDIA GPU: the fastest backend, and the one that takes minutes to build."""

import logging
import os

from hydranet_ros.deploy.engine import Engine
from hydranet_ros.deploy.engines import forget
from hydranet_ros.deploy.engines import import_problem
from hydranet_ros.deploy.engines import Keep
from hydranet_ros.deploy.gpu_engine import GpuEngine
from hydranet_ros.deploy.nvidia_gpu import gpu_present
from hydranet_ros.deploy.options import Precision
from hydranet_ros.deploy.request import BuildRequest
from hydranet_ros.deploy.rewrites import Rewrite
from hydranet_ros.deploy.specialise import Arithmetic
from hydranet_ros.deploy.specialise import Cut
from hydranet_ros.deploy.tensorrt.build import build_in_child
from hydranet_ros.deploy.tensorrt.cuda import cuda_problem
from hydranet_ros.deploy.tensorrt.cuda import gpu
from hydranet_ros.deploy.tensorrt.operators import check_operators
from hydranet_ros.deploy.tensorrt.order import BuildOrder
from hydranet_ros.deploy.tensorrt.runner import TensorRtRunner
from hydranet_ros.deploy.tensorrt.timing_cache import timing_cache_file
from hydranet_ros.deploy.tensorrt.versions import too_old
from hydranet_ros.errors import HydranetError

_log = logging.getLogger(__name__)
CUT = Cut.FULL
_ARITHMETIC = {
    Precision.FP32: Arithmetic.FLOAT32,
    Precision.FP16: Arithmetic.FLOAT16,
    Precision.INT8: Arithmetic.INT8_TENSORRT,
}
_ON_A_JETSON = (
    'on a Jetson: apt install python3-libnvinfer, and a venv made with --system-site-packages'
)


def unavailable() -> str | None:
    """Tell why TensorRT cannot run here; None where it can."""
    problem = import_problem('tensorrt')
    if problem is not None:
        return f'{problem} ({_ON_A_JETSON})' if gpu_present() else 'there is no NVIDIA GPU here'
    import tensorrt

    return too_old(tensorrt) or cuda_problem()


def device() -> str:
    """Name the GPU and its compute capability, which engines depend on."""
    return str(gpu())


def version() -> str:
    """Give TensorRT's version and the driver's CUDA generation, which engines depend on.

    TensorRT is built for one generation of CUDA each time, under the same version.
    """
    import tensorrt

    return f'{tensorrt.__version__}, CUDA {gpu().driver[0]}'


def precisions() -> tuple[Precision, ...]:
    """List what every GPU of TensorRT 10 and 11 runs, best first."""
    return (Precision.FP16, Precision.FP32, Precision.INT8)


def rewrites(precision: Precision) -> frozenset[Rewrite]:
    """Choose none: TensorRT fuses by itself."""
    return frozenset()


def build(request: BuildRequest, keep: Keep = forget) -> Engine:
    """Build in a child process; what is kept is the serialised engine."""
    if request.builder.dla_core >= 0 and request.precision is Precision.FP32:
        raise HydranetError('The DLA has no fp32; choose fp16 or int8, or leave the DLA out.')
    graph = request.graph(CUT, _ARITHMETIC[request.precision])
    try:
        check_operators(graph)
    except HydranetError as error:  # by a published list; the parser here may be newer
        _log.warning('%s Trying all the same.', error)
    order = BuildOrder(request.builder, os.getpid(), timing_cache_file(device(), version()))
    plan = build_in_child(graph.SerializeToString(), order, request.on_progress)
    keep(plan)  # minutes of work, also where there is no memory left to load it
    return load(request, plan)


def load(request: BuildRequest, stored: bytes) -> Engine:
    """Make the engine from a serialised one.

    ValueError where TensorRT refuses it, HydranetError where there is too little memory.
    """
    runner = TensorRtRunner(stored, request.builder.dla_core)
    return GpuEngine(request.backend.value, request.precision.value, request.input_size, runner)
