# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""NOT CUDA: the functions of cuda-python that the project calls, over host memory.

Names, parameters and values are those of test/deploy/cuda_api.json. Work is queued on streams and
done when somebody waits, so that a missing wait shows. Every call is written to `journal`.
Faults come from the environment: CUDA_DOUBLE_FAULT (the name of a function that then fails),
CUDA_DOUBLE_GPUS, CUDA_DOUBLE_GPU_NAME, CUDA_DOUBLE_MEMORY_MB, CUDA_DOUBLE_DRIVER.
"""

from collections.abc import Callable
import ctypes
from enum import IntEnum
import functools
import inspect
import json
import os
from pathlib import Path
import threading
from time import perf_counter
from types import SimpleNamespace
from typing import Any

_API = json.loads((Path(__file__).parents[1] / 'deploy' / 'cuda_api.json').read_text())


def _enum(name: str) -> Any:
    return IntEnum(name, _API['enums'][name])


cudaError_t = _enum('cudaError_t')  # noqa: N816
cudaMemcpyKind = _enum('cudaMemcpyKind')  # noqa: N816
cudaStreamCaptureMode = _enum('cudaStreamCaptureMode')  # noqa: N816
cudaHostAllocDefault = _API['constants']['cudaHostAllocDefault']  # noqa: N816
cudaStreamNonBlocking = _API['constants']['cudaStreamNonBlocking']  # noqa: N816
cudaEventBlockingSync = _API['constants']['cudaEventBlockingSync']  # noqa: N816
Work = Callable[[], None]
OK = cudaError_t.cudaSuccess
journal: list[str] = []  # names of functions, and of objects of TensorRT's double as they end
threads: set[int] = set()  # those that called


class Handle:
    """Like cuda-python's handles: an object whose number is the address."""

    def __init__(self) -> None:
        self.queue: list[Work] = []
        self.captured: list[Work] | None = None
        self.time = 0.0
        self.stream: Handle | None = None
        alive[int(self)] = self

    def __int__(self) -> int:
        return id(self)

    def add(self, work: Work) -> None:
        (self.queue if self.captured is None else self.captured).append(work)

    def drain(self) -> None:
        work, self.queue[:] = self.queue[:], []
        for one in work:
            one()


alive: dict[int, Handle] = {}  # streams, events and graphs by address
device_memory: dict[int, Any] = {}
pinned_memory: dict[int, Any] = {}


class FailedCallError(Exception):
    def __init__(self, status: cudaError_t) -> None:
        self.status = status


def api(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give status and values as cuda-python does; refuse what its parameters do not take."""
    signature = inspect.signature(function)
    values = 0 if signature.return_annotation is None else 1

    @functools.wraps(function)
    def checked(*arguments: Any) -> tuple[Any, ...]:
        for value, parameter in zip(
            signature.bind(*arguments).args, signature.parameters.values(), strict=True
        ):
            if parameter.annotation is not Any and not isinstance(value, parameter.annotation):
                raise TypeError(f'{function.__name__}: {parameter.name} is {value!r}')
        journal.append(function.__name__)
        threads.add(threading.get_ident())
        try:
            if os.environ.get('CUDA_DOUBLE_FAULT') == function.__name__:
                raise FailedCallError(cudaError_t.cudaErrorLaunchFailure)
            result = function(*arguments)
        except FailedCallError as failure:
            return (failure.status, *[None] * values)
        if not values:
            return (OK,)
        return (OK, *result) if isinstance(result, tuple) else (OK, result)

    return checked


def of(handle: Any) -> Handle:
    """Give the living object behind a handle or its number."""
    if int(handle) not in alive:
        raise FailedCallError(cudaError_t.cudaErrorInvalidResourceHandle)
    return alive[int(handle)]


def view(address: int, size: int) -> memoryview:
    """Give memory of either kind; FailedCallError where it is not (or no longer) there."""
    for memory in (device_memory, pinned_memory):
        if address in memory and ctypes.sizeof(memory[address]) >= size:
            return memoryview(memory[address]).cast('B')[:size]
    raise FailedCallError(cudaError_t.cudaErrorInvalidValue)


def allocate(memory: dict[int, Any], size: int) -> int:
    limit = int(os.environ.get('CUDA_DOUBLE_MEMORY_MB', '1024')) << 20
    if sum(ctypes.sizeof(one) for one in memory.values()) + size > limit:
        raise FailedCallError(cudaError_t.cudaErrorMemoryAllocation)
    block = (ctypes.c_uint8 * size)()
    ctypes.memset(block, 0xA5, size)  # nobody may rely on zeros
    memory[ctypes.addressof(block)] = block
    return ctypes.addressof(block)


def release(memory: dict[int, Any], address: int) -> None:
    if memory.pop(address, None) is None:
        raise FailedCallError(cudaError_t.cudaErrorInvalidValue)


def destroy(handle: Any) -> None:
    alive.pop(int(of(handle))).queue.clear()  # what was to be done keeps engines alive


def gpu_count() -> int:
    return int(os.environ.get('CUDA_DOUBLE_GPUS', '1'))


def gpu_properties() -> SimpleNamespace:
    name = os.environ.get('CUDA_DOUBLE_GPU_NAME', 'Double of a GPU')
    return SimpleNamespace(name=name.encode() + b'\0', major=8, minor=7)


def driver() -> int:
    return int(os.environ.get('CUDA_DOUBLE_DRIVER', '13000'))


def now(event: Handle) -> None:
    event.time = perf_counter()
