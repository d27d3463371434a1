# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""NOT CUDA: see host_cuda. The functions themselves, with cuda-python's parameters."""

from typing import Any

from host_cuda import allocate
from host_cuda import api
from host_cuda import cudaError_t
from host_cuda import cudaEventBlockingSync
from host_cuda import cudaHostAllocDefault
from host_cuda import cudaMemcpyKind
from host_cuda import cudaStreamCaptureMode
from host_cuda import cudaStreamNonBlocking
from host_cuda import destroy
from host_cuda import device_memory
from host_cuda import driver
from host_cuda import FailedCallError
from host_cuda import gpu_count
from host_cuda import gpu_properties
from host_cuda import Handle
from host_cuda import now
from host_cuda import of
from host_cuda import pinned_memory
from host_cuda import release
from host_cuda import view

# ruff: noqa: F401, N802, N803
OLDEST_DRIVER = 12000  # for which this would be built


def cudaGetErrorName(error: cudaError_t) -> tuple[cudaError_t, bytes]:
    return cudaError_t.cudaSuccess, error.name.encode()


def cudaGetErrorString(error: cudaError_t) -> tuple[cudaError_t, bytes]:
    if error == cudaError_t.cudaErrorMemoryAllocation:
        return cudaError_t.cudaSuccess, b'out of memory'
    return cudaError_t.cudaSuccess, f'double of {error.name}'.encode()


def cudaGetLastError() -> tuple[cudaError_t]:
    return (cudaError_t.cudaSuccess,)


@api
def cudaGetDeviceCount() -> int:
    if driver() < OLDEST_DRIVER:
        raise FailedCallError(cudaError_t.cudaErrorInsufficientDriver)
    if gpu_count() == 0:
        raise FailedCallError(cudaError_t.cudaErrorNoDevice)
    return gpu_count()


@api
def cudaSetDevice(device: int) -> None:
    if device >= gpu_count():
        raise FailedCallError(cudaError_t.cudaErrorInvalidValue)


@api
def cudaGetDeviceProperties(device: int) -> Any:
    return gpu_properties()


@api
def cudaDriverGetVersion() -> int:
    return driver()


@api
def cudaMemGetInfo() -> tuple[int, int]:
    return 1 << 20, 1 << 30


@api
def cudaMalloc(size: int) -> int:
    return allocate(device_memory, size)


@api
def cudaFree(devPtr: int) -> None:
    release(device_memory, devPtr)


@api
def cudaHostAlloc(size: int, flags: int) -> int:
    return allocate(pinned_memory, size)


@api
def cudaFreeHost(ptr: int) -> None:
    release(pinned_memory, ptr)


@api
def cudaMemcpyAsync(dst: int, src: int, count: int, kind: cudaMemcpyKind, stream: Any) -> None:
    to_device = kind == cudaMemcpyKind.cudaMemcpyHostToDevice
    if (dst if to_device else src) not in device_memory:
        raise FailedCallError(cudaError_t.cudaErrorInvalidValue)
    view(dst, count)

    def copy() -> None:
        view(dst, count)[:] = view(src, count)

    of(stream).add(copy)


@api
def cudaStreamCreateWithFlags(flags: int) -> Handle:
    return Handle()


@api
def cudaStreamDestroy(stream: Any) -> None:
    destroy(stream)


@api
def cudaStreamSynchronize(stream: Any) -> None:
    if of(stream).captured is not None:
        raise FailedCallError(cudaError_t.cudaErrorStreamCaptureUnsupported)
    of(stream).drain()


@api
def cudaEventCreateWithFlags(flags: int) -> Handle:
    return Handle()


@api
def cudaEventDestroy(event: Any) -> None:
    destroy(event)


@api
def cudaEventRecord(event: Any, stream: Any) -> None:
    recorded = of(event)
    recorded.stream = of(stream)
    recorded.stream.add(lambda: now(recorded))


@api
def cudaEventSynchronize(event: Any) -> None:
    stream = of(event).stream
    if stream is None or stream.captured is not None:
        raise FailedCallError(cudaError_t.cudaErrorStreamCaptureUnsupported)
    stream.drain()


@api
def cudaEventElapsedTime(start: Any, end: Any) -> float:
    return (of(end).time - of(start).time) * 1000


@api
def cudaStreamBeginCapture(stream: Any, mode: cudaStreamCaptureMode) -> None:
    of(stream).captured = []


@api
def cudaStreamEndCapture(stream: Any) -> Handle:
    captured, of(stream).captured = of(stream).captured, None
    if captured is None:
        raise FailedCallError(cudaError_t.cudaErrorStreamCaptureInvalidated)
    graph = Handle()
    graph.queue = captured
    return graph


@api
def cudaGraphInstantiateWithFlags(graph: Any, flags: int) -> Handle:
    instance = Handle()
    instance.queue = list(of(graph).queue)
    return instance


@api
def cudaGraphLaunch(graphExec: Any, stream: Any) -> None:
    for work in of(graphExec).queue:
        of(stream).add(work)


@api
def cudaGraphExecDestroy(graphExec: Any) -> None:
    destroy(graphExec)


@api
def cudaGraphDestroy(graph: Any) -> None:
    destroy(graph)


__all__ = [name for name in globals() if name.startswith('cuda')]
