# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""A stand-in for torch2trt 0.5.0 and the few names of TensorRT 10 that we use beside it.

It is neither of them. It has torch2trt's signatures and its contract as our side sees it: a dict
of outputs is taken in the order of its keys, a forward needs contiguous inputs and gives a tuple
for several outputs, engines pass through bytes, a refused one is None. It converts nothing: the
torch module itself runs, on the CPU, in float32. No figure of it says anything of TensorRT.
"""

import sys
from types import ModuleType
from typing import Any
import uuid
import weakref

import pytest
import torch
from torch import nn

from hydranet_ros.deploy.cuda_capture import SETTING_UP

# of torch2trt/converters/native_converters.py, as far as networks like ours could need them
CONVERTERS = {
    f'torch.{name}': {}
    for name in (
        *('nn.functional.conv2d', 'nn.functional.batch_norm', 'nn.functional.max_pool2d'),
        *('nn.functional.relu', 'nn.functional.relu6', 'nn.functional.interpolate'),
        *('Tensor.__add__', 'Tensor.__mul__', 'Tensor.__getitem__', 'matmul', 'cat', 'clamp'),
    )
}
_ENGINES: dict[bytes, nn.Module] = {}


class Engine:
    def __init__(self, module: nn.Module) -> None:
        self.module = module

    def serialize(self) -> bytearray:
        data = uuid.uuid4().bytes
        _ENGINES[data] = self.module
        return bytearray(data)


class TRTModule(nn.Module):
    def __init__(
        self,
        engine: Engine | None = None,
        input_names: list[str] | None = None,
        output_names: list[str] | None = None,
        input_flattener: Any = None,
        output_flattener: Any = None,
    ) -> None:
        super().__init__()
        self.engine, self.input_names, self.output_names = engine, input_names, output_names
        assert input_flattener is output_flattener is None

    def forward(self, *inputs: torch.Tensor) -> Any:
        assert self.engine is not None
        assert len(inputs) == len(self.input_names or ()) == 1
        assert all(one.is_contiguous() and one.dtype is torch.float32 for one in inputs)
        found = self.engine.module(*inputs)
        outputs = tuple(found[name] for name in sorted(found))
        assert len(outputs) == len(self.output_names or ())
        return outputs[0] if len(outputs) == 1 else outputs


class Torch2Trt:
    """The function, and what it was asked to do."""

    def __init__(self) -> None:
        self.calls: list[dict[str, Any]] = []
        self.fails = False

    def __call__(
        self,
        module: nn.Module,
        inputs: list[torch.Tensor],
        input_names: list[str] | None = None,
        output_names: list[str] | None = None,
        log_level: Any = None,
        fp16_mode: bool = False,
        max_workspace_size: int = 1 << 25,
        strict_type_constraints: bool = False,
        keep_network: bool = True,
        int8_mode: bool = False,
    ) -> TRTModule:
        assert _runtimes, "TensorRT would take torch2trt's own logger, which ends with this call"
        assert SETTING_UP.locked(), "torch's functions are replaced for all threads"
        self.calls.append({'fp16_mode': fp16_mode, 'shape': tuple(inputs[0].shape)})
        assert isinstance(module(*inputs), dict)
        if self.fails:
            next(iter(_runtimes)).logger.log(ILogger.ERROR, 'Error Code 10: no implementation.')
        engine = None if self.fails else Engine(module)
        return TRTModule(engine, input_names, output_names)


class ILogger:
    INTERNAL_ERROR, ERROR, WARNING, INFO = range(4)

    def log(self, severity: int, msg: str) -> None:
        raise NotImplementedError


class Runtime:
    def __init__(self, logger: ILogger) -> None:
        assert isinstance(logger, ILogger)
        self.logger = logger
        _runtimes.add(self)

    def deserialize_cuda_engine(self, serialized_engine: bytes) -> Engine | None:
        module = _ENGINES.get(serialized_engine)
        if module is None:
            self.logger.log(ILogger.ERROR, serialized_engine.decode())
        return None if module is None else Engine(module)


_runtimes: weakref.WeakSet[Runtime] = weakref.WeakSet()


def install(monkeypatch: pytest.MonkeyPatch, tensorrt_version: str = '10.3.0') -> Torch2Trt:
    """Let `import torch2trt` and `import tensorrt` find the stand-ins."""
    function = Torch2Trt()
    for name, members in {
        'torch2trt': {'torch2trt': function, 'TRTModule': TRTModule, 'CONVERTERS': CONVERTERS},
        'tensorrt': {'Runtime': Runtime, 'ILogger': ILogger, '__version__': tensorrt_version},
    }.items():
        module = ModuleType(name)
        vars(module).update(members)
        monkeypatch.setitem(sys.modules, name, module)
    return function
