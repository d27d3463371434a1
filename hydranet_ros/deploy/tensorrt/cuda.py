# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""CUDA's runtime through cuda-python: where it is, what its answers mean, which GPU is there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
import importlib
import logging
from typing import Any

from hydranet_ros.errors import first_line
from hydranet_ros.errors import HydranetError

_log = logging.getLogger(__name__)
GPU_INDEX = 0  # of those that CUDA_VISIBLE_DEVICES leaves
_LAYOUTS = ('cuda.bindings.runtime', 'cuda.cudart')  # cuda-python from 12.6.1, and before
_INSTALL = "pip install cuda-python ('cuda-python<13' for CUDA 12)"


class CudaError(HydranetError):
    """Report a call of CUDA that failed."""


@dataclass(frozen=True)
class Gpu:
    """The GPU that is used; driver: the newest CUDA that it runs, as (major, minor)."""

    name: str
    compute_capability: tuple[int, int]
    driver: tuple[int, int]

    def __str__(self) -> str:
        major, minor = self.compute_capability
        return f'{self.name} (compute capability {major}.{minor})'


def cuda_runtime() -> Any:
    """Import the bindings of CUDA's runtime; ImportError where there are none."""
    for layout in _LAYOUTS:
        try:
            return importlib.import_module(layout)
        except ModuleNotFoundError as error:
            if error.name is None or not f'{layout}.'.startswith(f'{error.name}.'):
                raise
    raise ModuleNotFoundError('cuda-python is not installed', name='cuda')


def call(function: Callable[..., tuple[Any, ...]], *arguments: Any) -> Any:
    """Call a function of the bindings; give its value, a tuple of several; raise CudaError."""
    status, *values = function(*arguments)
    if status != 0:
        raise CudaError(_explain(function.__name__, status))
    return values[0] if len(values) == 1 else tuple(values)


def release(function: Callable[..., tuple[Any, ...]], handle: Any) -> None:
    """Free or destroy; what fails is logged, so that the rest is freed too."""
    try:
        call(function, handle)
    except CudaError as error:
        _log.warning('%s', error)


def cuda_problem() -> str | None:
    """Tell why CUDA cannot be used here, and what to do; None where it can."""
    try:
        cuda = cuda_runtime()
    except ModuleNotFoundError as error:
        if error.name == 'cuda':
            return f'cuda-python is not installed; {_INSTALL}'
        return f'cuda-python does not import ({error}); {_INSTALL}'
    except Exception as error:  # a library that is missing or of another ABI
        return f'cuda-python does not import ({first_line(error)}); {_INSTALL}'
    try:
        status, count = cuda.cudaGetDeviceCount()
    except RuntimeError as error:  # older ones, where there is no driver at all
        reason = first_line(error)
    else:
        if status == 0 and count:
            return None
        if status == cuda.cudaError_t.cudaErrorInsufficientDriver and (driver := _driver(cuda)):
            return (
                f'cuda-python is for a newer CUDA than the driver, which runs '
                f"{driver[0]}.{driver[1]}; pip install 'cuda-python=={driver[0]}.*', or update "
                'the driver'
            )
        reason = _text(status)
    return f'no NVIDIA GPU can be used ({reason}); see what nvidia-smi says'


def gpu() -> Gpu:
    """Describe the GPU that is used; CudaError where there is none."""
    cuda = cuda_runtime()
    properties = call(cuda.cudaGetDeviceProperties, GPU_INDEX)
    return Gpu(
        name=properties.name.decode(errors='replace').rstrip('\0'),
        compute_capability=(properties.major, properties.minor),
        driver=_driver(cuda) or (0, 0),
    )


def _driver(cuda: Any) -> tuple[int, int] | None:
    """Give the newest CUDA that the driver runs, None where there is no driver."""
    number = call(cuda.cudaDriverGetVersion)
    return (number // 1000, number % 1000 // 10) if number else None


def _explain(name: str, status: Any) -> str:
    cuda = cuda_runtime()
    cuda.cudaGetLastError()  # or a later call would report it again
    advice = 'Start again; if it stays, see what nvidia-smi and dmesg say'
    if status == cuda.cudaError_t.cudaErrorMemoryAllocation:
        failed, *sizes = cuda.cudaMemGetInfo()
        free = '' if failed != 0 else f' ({sizes[0] >> 20} of {sizes[1] >> 20} MiB are free)'
        advice = f'Close what else uses the GPU{free}, or give smaller frames or batches'
    return f'{name} failed: {_text(status)}. {advice}.'


def _text(status: Any) -> str:
    return str(cuda_runtime().cudaGetErrorString(status)[1].decode(errors='replace'))
