# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The backends, one module each, imported only when they are asked for.

A backend module offers `unavailable()`, the reason why it cannot run here or None; `device()`;
`version()`; `precisions()`, best first and int8 last; `CUT` and `rewrites(precision)`, what graph
it takes;
`build(request, keep)`, the engine, which hands over what is to be kept before it is loaded; and
`load(request, stored)`, which raises where what was kept is refused.
"""

from collections.abc import Callable
import importlib
from types import ModuleType

from hydranet_ros.deploy.options import Backend
from hydranet_ros.errors import first_line

Keep = Callable[[bytes], None]
_MODULES = {
    Backend.TENSORRT: 'tensorrt_engine',
    Backend.TORCH2TRT: 'torch2trt_engine',
    Backend.TORCH: 'torch_engine',
    Backend.OPENVINO: 'openvino_engine',
    Backend.ONNXRUNTIME: 'onnxruntime_engine',
    Backend.ONNXRUNTIME_CUDA: 'onnxruntime_cuda_engine',
    Backend.ONNXRUNTIME_TENSORRT: 'onnxruntime_tensorrt_engine',
}


def import_problem(package: str) -> str | None:
    """Tell why the package of a backend cannot be imported here, and what to do; else None."""
    try:
        importlib.import_module(package)
    except Exception as error:  # a library that is missing or of another ABI raises many types
        if isinstance(error, ModuleNotFoundError) and error.name == package:
            return f'{package} is not installed; pip install {package}'
        return (
            f'{package} is installed but does not import ({first_line(error)}); install it again'
        )
    return None


def forget(stored: bytes) -> None:
    """Keep nothing of an engine."""


def backend_module(backend: Backend) -> ModuleType:
    """Import the module of `backend`; it exists also where the backend is not installed."""
    return importlib.import_module(f'{__name__}.{_MODULES[backend]}')
