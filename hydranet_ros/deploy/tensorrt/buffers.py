# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Memory that stays: on the GPU, and pinned on the host, where copies need no detour."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
import math
from typing import Any

import numpy as np

from hydranet_ros.deploy.tensorrt.cuda import call
from hydranet_ros.deploy.tensorrt.cuda import cuda_runtime
from hydranet_ros.deploy.tensorrt.cuda import release


@dataclass(frozen=True)
class Buffer:
    """A tensor in both places: an address on the GPU, an array over pinned host memory."""

    host: np.ndarray
    host_address: int
    device_address: int


class Buffers:
    """The inputs and outputs of an engine, by name, and the copies between the two places."""

    def __init__(self) -> None:
        self._cuda = cuda_runtime()
        self._buffers: dict[str, Buffer] = {}
        self._pinned: list[int] = []
        self._device: list[int] = []

    def add(self, name: str, shape: tuple[int, ...], dtype: np.dtype) -> Buffer:
        """Take memory for a tensor, zeros on the host; CudaError where there is not enough."""
        size = math.prod(shape) * dtype.itemsize
        pinned = int(call(self._cuda.cudaHostAlloc, size, self._cuda.cudaHostAllocDefault))
        self._pinned.append(pinned)
        device = int(call(self._cuda.cudaMalloc, size))
        self._device.append(device)
        memory = memoryview((ctypes.c_uint8 * size).from_address(pinned))
        host = np.frombuffer(memory, dtype).reshape(shape)
        host.fill(0)
        self._buffers[name] = Buffer(host, pinned, device)
        return self._buffers[name]

    def upload(self, name: str, stream: Any) -> None:
        """Queue a copy to the GPU."""
        one = self._buffers[name]
        call(
            self._cuda.cudaMemcpyAsync,
            one.device_address,
            one.host_address,
            one.host.nbytes,
            self._cuda.cudaMemcpyKind.cudaMemcpyHostToDevice,
            stream,
        )

    def download(self, name: str, stream: Any) -> None:
        """Queue a copy from the GPU."""
        one = self._buffers[name]
        call(
            self._cuda.cudaMemcpyAsync,
            one.host_address,
            one.device_address,
            one.host.nbytes,
            self._cuda.cudaMemcpyKind.cudaMemcpyDeviceToHost,
            stream,
        )

    def free(self) -> None:
        """Give the memory back; the arrays are void after it."""
        self._buffers.clear()
        while self._device:
            release(self._cuda.cudaFree, self._device.pop())
        while self._pinned:
            release(self._cuda.cudaFreeHost, self._pinned.pop())
