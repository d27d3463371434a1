# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""A deserialised engine with its memory, stream and CUDA graph. Everything on one thread."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import ExitStack
import logging
import re
from typing import Any
from typing import TYPE_CHECKING

import numpy as np

from hydranet_ros.deploy.cuda_capture import SETTING_UP
from hydranet_ros.deploy.tensorrt.buffers import Buffers
from hydranet_ros.deploy.tensorrt.cuda import call
from hydranet_ros.deploy.tensorrt.cuda import cuda_runtime
from hydranet_ros.deploy.tensorrt.cuda import GPU_INDEX
from hydranet_ros.deploy.tensorrt.cuda import release
from hydranet_ros.deploy.tensorrt.messages import Messages
from hydranet_ros.deploy.tensorrt.process_logger import listen
from hydranet_ros.deploy.tensorrt.process_logger import logger_of
from hydranet_ros.errors import HydranetError

if TYPE_CHECKING:
    import tensorrt as trt

_log = logging.getLogger(__name__)
_OUT_OF_MEMORY = re.compile('out ?of ?memory', re.IGNORECASE)


class Session:
    """Runs an engine between fixed host arrays, `inputs` and `outputs`.

    Raises ValueError for an engine that TensorRT refuses, HydranetError for memory that is not
    there and for whatever else CUDA or TensorRT fail at: such an engine may be as good as before.
    """

    def __init__(self, plan: bytes, dla_core: int = -1) -> None:
        self.inputs: dict[str, np.ndarray] = {}
        self.outputs: dict[str, np.ndarray] = {}
        self._cuda = cuda_runtime()
        self._messages = Messages()
        self._graph: Any = None
        self._replays = False
        # undone in reverse: work, graph, context, engine, runtime, memory, events, stream
        with SETTING_UP, ExitStack() as undo:
            self._open(plan, dla_core, undo)
            undo.callback(self._destroy_graph)
            # a frame that failed may have left work behind
            undo.callback(release, self._cuda.cudaStreamSynchronize, self._stream)
            self._warm_up()
            self._messages.tell_errors()
            self._undo = undo.pop_all()

    def run(self, wanted: Collection[str]) -> float:
        """Copy in, execute, copy the `wanted` out, wait; give seconds by the GPU's events."""
        call(self._cuda.cudaEventRecord, self._begin, self._stream)
        if self._replays:
            call(self._cuda.cudaGraphLaunch, self._graph, self._stream)
        else:
            self._enqueue()
        for name in wanted:
            self._buffers.download(name, self._stream)
        call(self._cuda.cudaEventRecord, self._end, self._stream)
        call(self._cuda.cudaEventSynchronize, self._end)
        return float(call(self._cuda.cudaEventElapsedTime, self._begin, self._end)) / 1000

    def close(self) -> None:
        """Free everything, in order; the arrays are void after it."""
        self.inputs.clear()
        self.outputs.clear()
        self._undo.close()

    def _open(self, plan: bytes, dla_core: int, undo: ExitStack) -> None:
        import tensorrt as trt

        cuda = self._cuda
        call(cuda.cudaSetDevice, GPU_INDEX)
        self._stream = call(cuda.cudaStreamCreateWithFlags, cuda.cudaStreamNonBlocking)
        undo.callback(release, cuda.cudaStreamDestroy, self._stream)
        # a thread that waits for a blocking event leaves its core to others
        self._begin = call(cuda.cudaEventCreateWithFlags, cuda.cudaEventBlockingSync)
        undo.callback(release, cuda.cudaEventDestroy, self._begin)
        self._end = call(cuda.cudaEventCreateWithFlags, cuda.cudaEventBlockingSync)
        undo.callback(release, cuda.cudaEventDestroy, self._end)
        self._buffers = Buffers()
        undo.callback(self._buffers.free)
        listen(self._messages)
        self._runtime = trt.Runtime(logger_of(trt))
        undo.callback(self._drop, '_runtime')
        if dla_core >= 0:
            self._runtime.DLA_core = dla_core
        engine: trt.ICudaEngine | None = self._runtime.deserialize_cuda_engine(plan)
        if engine is None:
            raise refusal(self._messages.errors())
        self._engine = engine
        undo.callback(self._drop, '_engine')
        del engine  # or this frame would keep it alive beyond its turn
        context: trt.IExecutionContext | None = self._engine.create_execution_context()
        if context is None:
            raise _no_memory(self._messages.errors())
        self._context = context
        undo.callback(self._drop, '_context')
        del context
        self._bind()

    def _bind(self) -> None:
        """Take memory for every tensor and tell TensorRT where it is, once."""
        import tensorrt as trt

        dtypes: dict[Any, np.dtype] = {
            trt.DataType.UINT8: np.dtype(np.uint8),
            trt.DataType.FLOAT: np.dtype(np.float32),
        }
        for index in range(self._engine.num_io_tensors):
            name = self._engine.get_tensor_name(index)
            dtype = dtypes.get(self._engine.get_tensor_dtype(name))
            shape = tuple(self._engine.get_tensor_shape(name))
            if dtype is None or min(shape, default=1) < 1:
                raise HydranetError(f'{name!r} of the engine is no fixed uint8 or float32 tensor.')
            buffer = self._buffers.add(name, shape, dtype)
            if not self._context.set_tensor_address(name, buffer.device_address):
                raise HydranetError(f'TensorRT takes no {name!r}: {self._messages.errors()}.')
            is_input = self._engine.get_tensor_mode(name) == trt.TensorIOMode.INPUT
            (self.inputs if is_input else self.outputs)[name] = buffer.host

    def _enqueue(self) -> None:
        for name in self.inputs:
            self._buffers.upload(name, self._stream)
        if not self._context.execute_async_v3(int(self._stream)):
            raise HydranetError(
                f'TensorRT did not run the engine: {self._messages.errors()}. Start again; if it '
                'stays, build the engine again or take another backend.'
            )

    def _warm_up(self) -> None:
        """Run once, so that lazy set-up is over, then record the work as a CUDA graph."""
        self.run(())
        try:
            self._graph = self._record()
            self._replays = True
            self.run(())
        except HydranetError as error:
            self._replays = False
            _log.info('TensorRT runs without a CUDA graph: %s', error)

    def _record(self) -> Any:
        cuda = self._cuda
        mode = cuda.cudaStreamCaptureMode.cudaStreamCaptureModeThreadLocal
        call(cuda.cudaStreamBeginCapture, self._stream, mode)
        with ExitStack() as undo:
            try:
                self._enqueue()
            finally:
                # also where that failed, or the stream could not be used again
                graph = call(cuda.cudaStreamEndCapture, self._stream)
                undo.callback(release, cuda.cudaGraphDestroy, graph)
            return call(cuda.cudaGraphInstantiateWithFlags, graph, 0)

    def _destroy_graph(self) -> None:
        if self._graph is not None:
            release(self._cuda.cudaGraphExecDestroy, self._graph)

    def _drop(self, name: str) -> None:
        """Let go of one of TensorRT's objects: its destructor frees it."""
        setattr(self, name, None)


def refusal(said: str) -> Exception:
    """Give what to raise for an engine that TensorRT does not take, by what it said."""
    if _OUT_OF_MEMORY.search(said):
        return _no_memory(said)
    return ValueError(f'TensorRT refuses the engine: {said}.')


def _no_memory(said: str) -> HydranetError:
    return HydranetError(
        f'The GPU has too little free memory for the engine, it seems: {said}. Close what else '
        'uses the GPU, or give smaller frames or batches.'
    )
