# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""ONNX Runtime on the CPU: runs wherever Python does."""

import numpy as np
import numpy.typing as npt

from hydranet_ros.deploy.engine import cpu_engine
from hydranet_ros.deploy.engine import Engine
from hydranet_ros.deploy.engines import forget
from hydranet_ros.deploy.engines import import_problem
from hydranet_ros.deploy.engines import Keep
from hydranet_ros.deploy.options import Precision
from hydranet_ros.deploy.processor import processor_name
from hydranet_ros.deploy.request import BuildRequest
from hydranet_ros.deploy.rewrites import OF_FLOATS
from hydranet_ros.deploy.rewrites import OF_INTEGERS
from hydranet_ros.deploy.rewrites import Rewrite
from hydranet_ros.deploy.specialise import Cut

CUT = Cut.LOGITS


def unavailable() -> str | None:
    """Tell why ONNX Runtime cannot run here; None where it can."""
    return import_problem('onnxruntime')


def device() -> str:
    """Name the processor."""
    return processor_name()


def version() -> str:
    """Give the version that compiled engines depend on."""
    import onnxruntime

    return str(onnxruntime.__version__)


def precisions() -> tuple[Precision, ...]:
    """List what it runs: no bf16, for want of kernels on x86; int8, which is for asking, last."""
    return (Precision.FP32, Precision.INT8)


def rewrites(precision: Precision) -> frozenset[Rewrite]:
    """Choose those that pay; a sum that is not quantised would be computed in float32."""
    return OF_INTEGERS - {Rewrite.JOIN_SUMS} if precision is Precision.INT8 else OF_FLOATS


def build(request: BuildRequest, keep: Keep = forget) -> Engine:
    """Make the engine; what is kept is the specialised graph."""
    graph = request.cpu_graph().SerializeToString()
    keep(graph)
    return load(request, graph)


def load(request: BuildRequest, stored: bytes) -> Engine:
    """Make the engine from a specialised graph; raises what ONNX Runtime does."""
    return cpu_engine(request, OnnxRuntimeRunner(stored, request.threads))


class OnnxRuntimeRunner:
    """A session whose outputs are bound once to arrays that are kept."""

    def __init__(self, graph: bytes, threads: int) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        # spinning threads would fight OpenCV's and the executor's for the same cores
        options.add_session_config_entry('session.intra_op.allow_spinning', '0')
        self._session = onnxruntime.InferenceSession(
            graph, options, providers=['CPUExecutionProvider']
        )
        self._binding = self._session.io_binding()
        self._outputs = {}
        for output in self._session.get_outputs():
            array = np.empty(output.shape, np.float32)
            self._binding.bind_output(
                output.name, 'cpu', 0, np.float32, array.shape, array.ctypes.data
            )
            self._outputs[output.name] = array

    def infer(self, images: npt.NDArray[np.uint8]) -> dict[str, npt.NDArray[np.float32]]:
        self._binding.bind_input('image', 'cpu', 0, np.uint8, images.shape, images.ctypes.data)
        self._session.run_with_iobinding(self._binding)
        return self._outputs

    def close(self) -> None:
        del self._binding, self._session
        self._outputs = {}
