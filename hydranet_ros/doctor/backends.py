# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""What can run the network: the GPU, CUDA, TensorRT, torch2trt, and the engines of the CPU."""

from collections.abc import Iterator
from pathlib import Path

from hydranet_ros.deploy.engines import backend_module
from hydranet_ros.deploy.options import Backend
from hydranet_ros.deploy.selection import choose
from hydranet_ros.doctor.finding import Finding
from hydranet_ros.doctor.finding import ok
from hydranet_ros.doctor.finding import problem
from hydranet_ros.doctor.finding import warning
from hydranet_ros.errors import HydranetError

GPU_DEVICES = ('/dev/nvidia0', '/dev/nvhost-gpu', '/dev/nvgpu/igpu0', '/dev/nvmap')
_ON_GPU = (Backend.TENSORRT, Backend.TORCH)


def check() -> Iterator[Finding]:
    """Ask every backend whether it can run here, and what auto would take."""
    has_gpu = any(Path(one).exists() for one in GPU_DEVICES)
    yield ok('GPU', 'NVIDIA' if has_gpu else 'none of NVIDIA; the network runs on the CPU')
    for backend in Backend:
        module = backend_module(backend)
        reason = module.unavailable()
        if reason is None:
            names = ', '.join(one.value for one in module.precisions())
            yield ok(backend.value, f'{module.version()} on {module.device()}: {names}')
        elif has_gpu and backend in _ON_GPU:
            yield warning(backend.value, reason, 'docs/jetson.md and docs/engines.md say how.')
        else:
            yield ok(backend.value, f'not used: {reason}')
    try:
        chosen = choose()
    except HydranetError as error:
        yield problem('engine', str(error), 'pip install openvino onnxruntime')
        return
    yield ok('engine', f'auto takes {chosen.backend.value} {chosen.precision.value}')
