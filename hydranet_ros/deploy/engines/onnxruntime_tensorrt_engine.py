# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""ONNX Runtime's TensorRT provider, which builds and keeps its engines itself."""

from hydranet_ros.deploy.engine import Engine
from hydranet_ros.deploy.engines import forget
from hydranet_ros.deploy.engines import Keep
from hydranet_ros.deploy.engines import onnxruntime_gpu
from hydranet_ros.deploy.engines.onnxruntime_gpu import CUT as CUT
from hydranet_ros.deploy.engines.onnxruntime_gpu import device as device
from hydranet_ros.deploy.engines.onnxruntime_gpu import Provider
from hydranet_ros.deploy.engines.onnxruntime_gpu import rewrites as rewrites
from hydranet_ros.deploy.options import Precision
from hydranet_ros.deploy.request import BuildRequest
from hydranet_ros.deploy.tensorrt.versions import tensorrt_version


def unavailable() -> str | None:
    """Tell why the provider cannot run here; None where it can."""
    return onnxruntime_gpu.unavailable(Provider.TENSORRT)


def version() -> str:
    """Give ONNX Runtime's version, and TensorRT's where it can be told."""
    tensorrt = tensorrt_version()
    return onnxruntime_gpu.version() + (f', TensorRT {tensorrt}' if tensorrt else '')


def precisions() -> tuple[Precision, ...]:
    """List what it runs, fastest first."""
    return (*onnxruntime_gpu.PRECISIONS, Precision.INT8)


def build(request: BuildRequest, keep: Keep = forget) -> Engine:
    """Make the engine and what is kept of it."""
    return onnxruntime_gpu.build(request, Provider.TENSORRT, keep)


def load(request: BuildRequest, stored: bytes) -> Engine:
    """Make the engine from what was kept."""
    return onnxruntime_gpu.load(request, stored, Provider.TENSORRT)
