# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Which backend and precision run, and why.

`auto` takes the first that can run here: tensorrt, torch on a CUDA GPU, openvino, onnxruntime,
torch on the CPU; and of the chosen one its fastest floating-point precision. What only runs where
it is asked for: torch2trt and ONNX Runtime on a GPU.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Any
from typing import cast
from typing import TypeVar

from hydranet_ros.deploy.engines import backend_module
from hydranet_ros.deploy.engines import torch_engine
from hydranet_ros.deploy.options import Backend
from hydranet_ros.deploy.options import Precision
from hydranet_ros.errors import HydranetError

AUTO = 'auto'
_Option = TypeVar('_Option', Backend, Precision)


@dataclass(frozen=True)
class Choice:
    """What was chosen; `reason` is one line for the log."""

    backend: Backend
    precision: Precision
    device: str
    reason: str


def choose(backend: str = AUTO, precision: str = AUTO) -> Choice:
    """Choose by name; HydranetError for what is unknown here, with the reason and what to do."""
    wanted = None if precision == AUTO else _member(Precision, precision, 'precision')
    if backend != AUTO:
        return _forced(_member(Backend, backend, 'backend'), wanted)
    passed_over = []
    for candidate in _order():
        module = backend_module(candidate)
        reason = module.unavailable()
        if reason is None and wanted is not None and wanted not in module.precisions():
            reason = f'no {wanted.value} on {module.device()}'
        if reason is not None:
            passed_over.append(f'{candidate.value}: {reason}')
            continue
        why = '; '.join(passed_over) or 'first in the order'
        chosen = wanted or module.precisions()[0]
        return Choice(candidate, chosen, module.device(), f'auto ({why})')
    raise HydranetError(
        f'No backend can run here: {"; ".join(passed_over)}. Install one, for instance '
        f'pip install openvino.'
    )


def next_precision(choice: Choice) -> Precision | None:
    """Give what is tried after the chosen precision was refused, None after fp32."""
    order = (Precision.INT8, Precision.FP16, Precision.BF16, Precision.FP32)
    offered = backend_module(choice.backend).precisions()
    later = order[order.index(choice.precision) + 1 :]
    return next((one for one in later if one in offered), None)


def _order() -> tuple[Backend, ...]:
    cpu = (Backend.OPENVINO, Backend.ONNXRUNTIME)
    if torch_engine.on_gpu():
        return (Backend.TENSORRT, Backend.TORCH, *cpu)
    return (Backend.TENSORRT, *cpu, Backend.TORCH)


def _forced(backend: Backend, precision: Precision | None) -> Choice:
    module = backend_module(backend)
    reason = module.unavailable()
    if reason is not None:
        raise HydranetError(f"The backend '{backend.value}' cannot run: {reason}.")
    offered = module.precisions()
    if precision is not None and precision not in offered:
        known = ', '.join(p.value for p in offered)
        raise HydranetError(
            f"The backend '{backend.value}' has no {precision.value} on {module.device()}; "
            f'it has: {known}.'
        )
    return Choice(backend, precision or offered[0], module.device(), 'as asked')


def _member(kind: type[_Option], name: str, what: str) -> _Option:
    members: dict[str, Any] = {member.value: member for member in cast(type[Enum], kind)}
    try:
        return members[name]
    except KeyError:
        known = ', '.join([AUTO, *members])
        raise HydranetError(f"There is no {what} '{name}'; choose one of: {known}.") from None
