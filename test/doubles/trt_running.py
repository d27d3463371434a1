# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""NOT TensorRT: runtime, engine and execution context of its double, over ONNX Runtime."""

import os
from types import SimpleNamespace
from typing import Any

import host_cuda
import numpy as np
from trt_logging import log
from trt_logging import register
from trt_plan import fault
from trt_plan import gpu_name
from trt_plan import read_plan

DTYPES = {np.dtype(np.uint8): 'UINT8', np.dtype(np.float32): 'FLOAT'}


def new_runtime(self: Any, logger: Any) -> None:
    register(self, logger)
    self._double = SimpleNamespace(logger=logger, dla_core=-1)


def deserialize(self: Any, serialized_engine: Any) -> Any:
    import onnx  # builders do not need them
    import onnxruntime

    try:
        header, graph = read_plan(bytes(serialized_engine))
        if fault() == 'deserialize memory':
            raise ValueError('Error Code 2: OutOfMemory (requested size was 1 bytes.)')
        if fault() == 'deserialize':
            raise ValueError('Error Code 1: Serialization')
        if header['version'] != self._contract.version:
            raise ValueError(f'Version tag does not match: {header["version"]}')
        if header['gpu'] != gpu_name():
            raise ValueError('Target GPU SM does not match')
        if header['dla_core'] >= 0 and self._double.dla_core < 0:
            raise ValueError('The engine needs a DLA core')
    except ValueError as error:
        log(self, 'ERROR', f'IRuntime::deserializeCudaEngine: {error}')
        return None
    model = onnx.load_model_from_string(graph)
    ends = [(one, True) for one in model.graph.input] + [
        (one, False) for one in model.graph.output
    ]
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    # as written: ONNX Runtime's rewriting of Q/DQ pairs in float16 changes what they compute
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(graph, options, providers=['CPUExecutionProvider'])
    return self._contract.make('ICudaEngine', ends=ends, session=session)


def dtype_of(end: Any) -> np.dtype:
    import onnx

    return onnx.helper.tensor_dtype_to_np_dtype(end.type.tensor_type.elem_type)


def named(self: Any, name: str) -> tuple[Any, bool]:
    return next(one for one in self._double.ends if one[0].name == name)


def get_tensor_shape(self: Any, name: str) -> Any:
    shape = named(self, name)[0].type.tensor_type.shape
    return self._contract.make('Dims', sizes=[one.dim_value for one in shape.dim])


def get_tensor_dtype(self: Any, name: str) -> Any:
    return getattr(self._contract.names['DataType'], DTYPES[dtype_of(named(self, name)[0])])


def get_tensor_mode(self: Any, name: str) -> Any:
    modes = self._contract.names['TensorIOMode']
    return modes.INPUT if named(self, name)[1] else modes.OUTPUT


def create_execution_context(self: Any, *arguments: Any) -> Any:
    if fault() == 'context':
        log(self, 'ERROR', 'Error Code 2: OutOfMemory (requested size was 1 bytes.)')
        return None
    return self._contract.make('IExecutionContext', engine=self, addresses={})


def set_tensor_address(self: Any, name: str, memory: Any) -> bool:
    self._double.addresses[name] = int(memory)
    return True


def execute(self: Any, stream_handle: Any) -> bool:
    engine, addresses = self._double.engine, dict(self._double.addresses)
    capturing = host_cuda.of(stream_handle).captured is not None
    if fault() == 'execute' or (fault() == 'capture' and capturing):
        log(self, 'ERROR', 'Error Code 1: Cask (Cask convolution execution)')
        return False
    if set(addresses) != {end.name for end, _ in engine._double.ends}:
        return False

    def work() -> None:
        ends, session = engine._double.ends, engine._double.session
        feeds = {end.name: array(end, addresses[end.name]) for end, is_input in ends if is_input}
        outputs = [end for end, is_input in ends if not is_input]
        values = session.run([end.name for end in outputs], feeds)
        for end, value in zip(outputs, values, strict=True):
            array(end, addresses[end.name])[...] = value

    host_cuda.of(stream_handle).add(work)
    return True


def array(end: Any, address: int) -> np.ndarray:
    """View memory of the double of the GPU as a tensor."""
    assert address in host_cuda.device_memory, 'an engine reads and writes the GPU only'
    kind = dtype_of(end)
    shape = [one.dim_value for one in end.type.tensor_type.shape.dim]
    size = int(np.prod(shape)) * kind.itemsize
    return np.frombuffer(host_cuda.view(address, size), kind).reshape(shape)


def ended(name: str) -> Any:
    def note(self: Any) -> None:
        host_cuda.journal.append(name)

    return note


def set_dla_core(self: Any, value: int) -> None:
    if value >= int(os.environ.get('TENSORRT_DOUBLE_DLA_CORES', '0')):
        raise ValueError(value)
    self._double.dla_core = value


RUNNING: dict[str, Any] = {
    'Runtime.__init__': new_runtime,
    'Runtime.__del__': ended('Runtime'),
    'Runtime.DLA_core': property(lambda self: self._double.dla_core, set_dla_core),
    'Runtime.deserialize_cuda_engine': deserialize,
    'ICudaEngine.__del__': ended('ICudaEngine'),
    'ICudaEngine.num_io_tensors': property(lambda self: len(self._double.ends)),
    'ICudaEngine.get_tensor_name': lambda self, index: self._double.ends[index][0].name,
    'ICudaEngine.get_tensor_shape': get_tensor_shape,
    'ICudaEngine.get_tensor_dtype': get_tensor_dtype,
    'ICudaEngine.get_tensor_mode': get_tensor_mode,
    'ICudaEngine.create_execution_context': create_execution_context,
    'IExecutionContext.__del__': ended('IExecutionContext'),
    'IExecutionContext.set_tensor_address': set_tensor_address,
    'IExecutionContext.execute_async_v3': execute,
    'Dims operators': {
        '__len__': lambda self: len(self._double.sizes),
        '__getitem__': lambda self, index: self._double.sizes[index],
    },
}
