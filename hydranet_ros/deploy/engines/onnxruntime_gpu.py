# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""ONNX Runtime on a GPU: what its CUDA and TensorRT providers share, the full cut in a session."""

from collections.abc import Collection
from enum import Enum
from typing import Any

import numpy as np

from hydranet_ros.deploy.engine import Engine
from hydranet_ros.deploy.engines import forget
from hydranet_ros.deploy.engines import import_problem
from hydranet_ros.deploy.engines import Keep
from hydranet_ros.deploy.engines.onnxruntime_engine import version as version
from hydranet_ros.deploy.engines.onnxruntime_tensorrt_options import tensorrt_options
from hydranet_ros.deploy.gpu_engine import GpuEngine
from hydranet_ros.deploy.nvidia_gpu import gpu_name
from hydranet_ros.deploy.nvidia_gpu import gpu_present
from hydranet_ros.deploy.options import Precision
from hydranet_ros.deploy.request import BuildRequest
from hydranet_ros.deploy.rewrites import Rewrite
from hydranet_ros.deploy.specialise import Arithmetic
from hydranet_ros.deploy.specialise import Cut
from hydranet_ros.errors import first_line
from hydranet_ros.errors import HydranetError

CUT = Cut.FULL
PRECISIONS = (Precision.FP16, Precision.FP32)
_ARITHMETIC = {
    Precision.FP16: Arithmetic.FLOAT16,
    Precision.FP32: Arithmetic.FLOAT32,
    Precision.INT8: Arithmetic.INT8_TENSORRT,
}
_TYPES = {'tensor(uint8)': np.uint8, 'tensor(float)': np.float32}
_INSTALL = (
    'pip uninstall onnxruntime and pip install onnxruntime-gpu (on a Jetson: docs/jetson.md)'
)

Providers = list[tuple[str, dict[str, str]]]


class Provider(str, Enum):
    """ONNX Runtime's names of what runs on an NVIDIA GPU, and of the processor."""

    CUDA = 'CUDAExecutionProvider'
    TENSORRT = 'TensorrtExecutionProvider'
    CPU = 'CPUExecutionProvider'


def unavailable(provider: Provider) -> str | None:
    """Tell why a provider cannot run here, and what to do; None where it can."""
    if import_problem('onnxruntime') is not None:
        return 'onnxruntime-gpu is not installed; pip install onnxruntime-gpu'
    import onnxruntime

    if provider.value not in onnxruntime.get_available_providers():
        return f'this onnxruntime has no {provider.value}; {_INSTALL}'
    return None if gpu_present() else 'there is no NVIDIA GPU here'


def device() -> str:
    """Name the GPU."""
    return gpu_name()


def rewrites(precision: Precision) -> frozenset[Rewrite]:
    """Choose none: GPUs fuse by themselves."""
    return frozenset()


def build(request: BuildRequest, provider: Provider, keep: Keep = forget) -> Engine:
    """Make the engine; what is kept is the specialised graph, its precision written into it."""
    graph = request.graph(Cut.FULL, _ARITHMETIC[request.precision]).SerializeToString()
    keep(graph)
    return load(request, graph, provider)


def load(request: BuildRequest, stored: bytes, provider: Provider) -> Engine:
    """Make the engine from a specialised graph; raises what ONNX Runtime does."""
    as_written = request.precision is Precision.INT8
    runner = OnnxRuntimeGpuRunner(stored, providers_of(request, stored, provider), as_written)
    return GpuEngine(request.backend.value, request.precision.value, request.input_size, runner)


def providers_of(request: BuildRequest, graph: bytes, provider: Provider) -> Providers:
    """List the provider asked for, with its options, and those that take what it does not.

    HydranetError for options that the provider cannot keep to.
    """
    # fp32 means fp32; the fastest algorithms are looked for once
    cuda = {'use_tf32': '0', 'cudnn_conv_algo_search': 'EXHAUSTIVE'}
    providers: Providers = [(Provider.CPU.value, {})]
    if provider is not Provider.CPU:
        providers.insert(0, (Provider.CUDA.value, cuda))
    if provider is Provider.TENSORRT:
        providers.insert(0, (Provider.TENSORRT.value, tensorrt_options(request, graph)))
    return providers


class OnnxRuntimeGpuRunner:
    """A GpuRunner over a session whose inputs and outputs are bound to host arrays once.

    as_written: hand the graph to the provider unchanged. ONNX Runtime's own rewriting of Q/DQ
    pairs is for its CPU kernels: it quantises float biases, which TensorRT's parser refuses, and
    without it (`session.disable_quant_qdq`) the pairs of weights are folded away. HydranetError
    where ONNX Runtime does not start the first provider.
    """

    def __init__(self, graph: bytes, providers: Providers, as_written: bool = False) -> None:
        import onnxruntime

        self._provider = first = providers[0][0]
        if first != Provider.CPU.value and hasattr(onnxruntime, 'preload_dlls'):
            onnxruntime.preload_dlls()  # of CUDA and cuDNN, where pip installed them
        options = onnxruntime.SessionOptions()
        if as_written:
            level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
            options.graph_optimization_level = level
        self._session: Any = onnxruntime.InferenceSession(graph, options, providers=providers)
        if self._session.get_providers()[0] != first:
            raise HydranetError(
                f'ONNX Runtime does not start its {first}; its own message is above. Mostly '
                'its CUDA, cuDNN or TensorRT libraries are missing or of another version.'
            )
        self.inputs = {one.name: _array(one) for one in self._session.get_inputs()}
        self.outputs = {one.name: _array(one) for one in self._session.get_outputs()}
        self._bindings: dict[tuple[str, ...], Any] = {}
        self._options = onnxruntime.RunOptions()
        self._options.only_execute_path_to_fetches = True

    def run(self, wanted: Collection[str]) -> float | None:
        names = tuple(wanted)
        if names not in self._bindings:
            self._bindings[names] = self._bound(names)
        try:
            self._session.run_with_iobinding(self._bindings[names], self._options)
        except Exception as error:  # its own have no other base
            raise HydranetError(
                f"ONNX Runtime's {self._provider} failed: {first_line(error)}. Free GPU memory, "
                'or take a smaller input_size or batch; else take another backend.'
            ) from error
        return None

    def close(self) -> None:
        self._bindings = {}
        self._session = None
        self.inputs, self.outputs = {}, {}

    def _bound(self, names: tuple[str, ...]) -> Any:
        binding = self._session.io_binding()
        for name, array in self.inputs.items():
            binding.bind_input(name, 'cpu', 0, array.dtype, array.shape, array.ctypes.data)
        for name in names:
            array = self.outputs[name]
            binding.bind_output(name, 'cpu', 0, array.dtype, array.shape, array.ctypes.data)
        return binding


def _array(declared: Any) -> np.ndarray:
    return np.ones(declared.shape, _TYPES[declared.type])
