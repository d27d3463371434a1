# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""torch2trt: the torch module converted to TensorRT layer by layer, for TensorRT 10 and older."""

from importlib import metadata
from importlib.util import find_spec

from hydranet_ros.deploy.cuda_capture import SETTING_UP
from hydranet_ros.deploy.engine import Engine
from hydranet_ros.deploy.engines import forget
from hydranet_ros.deploy.engines import import_problem
from hydranet_ros.deploy.engines import Keep
from hydranet_ros.deploy.engines import torch_engine
from hydranet_ros.deploy.gpu_engine import GpuEngine
from hydranet_ros.deploy.nvidia_gpu import gpu_present
from hydranet_ros.deploy.options import BuilderOptions
from hydranet_ros.deploy.options import Precision
from hydranet_ros.deploy.request import BuildRequest
from hydranet_ros.deploy.rewrites import Rewrite
from hydranet_ros.deploy.specialise import Cut
from hydranet_ros.deploy.tensorrt.versions import release
from hydranet_ros.deploy.tensorrt.versions import tensorrt_version
from hydranet_ros.errors import HydranetError

CUT = Cut.FULL
_GONE_FROM = (11, 0)  # the release of TensorRT that has no precision flags any more
_INSTEAD = "the backend 'tensorrt' needs no conversion by it"


def unavailable() -> str | None:
    """Tell why torch2trt cannot run here, and what can; None where it can."""
    if find_spec('torch2trt') is None:
        return f'torch2trt is not installed (github.com/NVIDIA-AI-IOT/torch2trt); {_INSTEAD}'
    if not gpu_present():
        return 'there is no NVIDIA GPU here'
    problem = import_problem('torch') or import_problem('tensorrt')
    if problem is not None:
        return problem
    import tensorrt

    if release(tensorrt) >= _GONE_FROM:
        found = tensorrt_version()
        return f'torch2trt needs TensorRT 10 or older, and this is {found}; {_INSTEAD}'
    if not torch_engine.on_gpu():
        return "torch has no CUDA here; install its build for this machine's GPU"
    problem = import_problem('torch2trt')
    return f'{problem}; {_INSTEAD}' if problem else None


def device() -> str:
    """Name the GPU and its compute capability."""
    return torch_engine.device()


def version() -> str:
    """Give what engines depend on: the versions of torch2trt and TensorRT."""
    try:
        own = metadata.version('torch2trt')
    except metadata.PackageNotFoundError:  # a source tree on the path
        own = 'of unknown version'
    return f'{own}, TensorRT {tensorrt_version()}'


def precisions() -> tuple[Precision, ...]:
    """List what it converts to: fp16 by its own flag, and fp32."""
    return (Precision.FP16, Precision.FP32)


def rewrites(precision: Precision) -> frozenset[Rewrite]:
    """Choose none: it converts the network as torch has it."""
    return frozenset()


def build(request: BuildRequest, keep: Keep = forget) -> Engine:
    """Convert the network; what is kept is the serialised TensorRT engine."""
    if request.builder != BuilderOptions():
        raise HydranetError(
            'torch2trt has no optimization level, workspace or DLA core; leave them out, or take '
            "the backend 'tensorrt'."
        )
    import torch

    from hydranet_ros.deploy.torch2trt_conversion import convert

    stored = convert(request, torch.device('cuda'))
    keep(stored)
    return load(request, stored)


def load(request: BuildRequest, stored: bytes) -> Engine:
    """Make the engine from what was kept; raises what TensorRT does."""
    return engine_of(request, stored, 'cuda')


def engine_of(request: BuildRequest, stored: bytes, device_name: str) -> Engine:
    """Put the full cut around a serialised TensorRT engine, on a torch device."""
    import torch

    from hydranet_ros.deploy.torch2trt_conversion import ConvertedNetwork
    from hydranet_ros.deploy.torch2trt_conversion import output_names
    from hydranet_ros.deploy.torch_full_cut import full_cut_of
    from hydranet_ros.deploy.torch_runner import TorchRunner

    with SETTING_UP:
        network = ConvertedNetwork(stored, output_names(request))
        cut = full_cut_of(request, network, memory_format=torch.contiguous_format)
        where = torch.device(device_name)
        runner = TorchRunner(cut, request.model_file.heads, request.batch, where)
    return GpuEngine(request.backend.value, request.precision.value, request.input_size, runner)
