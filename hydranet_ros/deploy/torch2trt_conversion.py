# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""From a bare network to a TensorRT engine by torch2trt, and from that to a module again.

torch2trt runs the module once with torch's functions replaced by ones that also add TensorRT
layers. A function that it does not replace becomes a constant, silently: so those are looked for.
"""

from collections.abc import Collection
from typing import Any

import torch
from torch import nn
from torch import Tensor
import torch.nn.functional as F
from torch.overrides import resolve_name
from torch.overrides import TorchFunctionMode

from hydranet_ros.deploy.cuda_capture import SETTING_UP
from hydranet_ros.deploy.options import Precision
from hydranet_ros.deploy.request import BuildRequest
from hydranet_ros.deploy.tensorrt.messages import Messages
from hydranet_ros.deploy.tensorrt.process_logger import listen
from hydranet_ros.deploy.tensorrt.process_logger import logger_of
from hydranet_ros.deploy.tensorrt.session import refusal
from hydranet_ros.deploy.torch_full_cut import fold_batch_norms
from hydranet_ros.errors import HydranetError
from hydranet_ros.zoo.import_model_file import network_of

_METHOD = 'torch.Tensor.'


def convert(request: BuildRequest, device: torch.device) -> bytes:
    """Convert the request's network at its input size; give the serialised TensorRT engine."""
    # its functions in the place of torch's would take other threads' tensors for layers too
    with SETTING_UP, torch.no_grad():
        return _convert(request, device)


def _convert(request: BuildRequest, device: torch.device) -> bytes:
    import tensorrt
    import torch2trt

    network = convertible(network_of(request.model_file.unchanged())).to(device)
    image = torch.zeros(request.batch, 3, *request.input_size, device=device)
    missing = unconverted(network, image, torch2trt.CONVERTERS)
    if missing:
        raise HydranetError(
            f'torch2trt cannot convert {", ".join(missing)}, which {request.card.name} uses. '
            "Take the backend 'tensorrt'."
        )
    request.on_progress('torch2trt: converting, which can take minutes')
    messages = Messages()
    listen(messages)
    # while this lives TensorRT has our logger, and not that of torch2trt, which ends with the call
    runtime = tensorrt.Runtime(logger_of(tensorrt))
    converted = torch2trt.torch2trt(
        network,
        [image],
        input_names=['image'],
        output_names=output_names(request),
        fp16_mode=request.precision is Precision.FP16,
        keep_network=False,
    )
    del runtime
    engine: tensorrt.ICudaEngine | None = converted.engine
    if engine is None:
        raise HydranetError(
            f'TensorRT made no engine of what torch2trt gave it: {messages.errors()}. '
            "Free GPU memory, or take the backend 'tensorrt'."
        )
    messages.tell_errors()
    return bytes(engine.serialize())


class ConvertedNetwork(nn.Module):
    """A deserialised engine, called as the network that it was made from.

    ValueError where TensorRT refuses `stored`, HydranetError where there is too little memory.
    """

    def __init__(self, stored: bytes, tasks: list[str]) -> None:
        super().__init__()
        import tensorrt
        import torch2trt

        self._tasks = tasks
        self._messages = Messages()
        listen(self._messages)
        self._runtime = tensorrt.Runtime(logger_of(tensorrt))
        engine = self._runtime.deserialize_cuda_engine(stored)
        if engine is None:
            raise refusal(self._messages.errors())
        self._module = torch2trt.TRTModule(engine, ['image'], tasks)

    def forward(self, image: Tensor) -> dict[str, Tensor]:
        # a copy that its forward makes of another layout is freed before TensorRT has read it
        if not image.is_contiguous():
            raise ValueError('torch2trt needs a contiguous NCHW image')
        listen(self._messages)
        found = self._module(image)
        self._messages.tell_errors()
        return dict(zip(self._tasks, found if isinstance(found, tuple) else (found,), strict=True))


def output_names(request: BuildRequest) -> list[str]:
    """Name the raw outputs in the order in which torch2trt takes them from a dict."""
    return sorted(request.model_file.heads)


def convertible(network: nn.Module) -> nn.Module:
    """Fold batch norms, and call relu6 where the module of that name would call hardtanh."""
    network = fold_batch_norms(network)
    for module in list(network.modules()):
        for name, child in module.named_children():
            if type(child) is nn.ReLU6:
                setattr(module, name, _ReLU6())
    return network.eval()


def unconverted(network: nn.Module, image: Tensor, converters: Collection[Any]) -> list[str]:
    """Name the functions that `network` calls and torch2trt does not replace."""
    with torch.no_grad(), _Calls() as calls:
        network(image)
    known = {one for one in converters if isinstance(one, str)}
    return sorted(name for name in calls.names if not known & {name, _operator_of(name)})


def _operator_of(name: str) -> str:
    """Name the operator behind a method: `a + b` calls Tensor.add as torch tells it."""
    return f'{_METHOD}__{name.removeprefix(_METHOD)}__' if name.startswith(_METHOD) else name


class _ReLU6(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return F.relu6(x)


class _Calls(TorchFunctionMode):
    """Collect the names of the functions called meanwhile that give tensors."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def __torch_function__(
        self, func: Any, types: Any, args: Any = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        found = func(*args, **(kwargs or {}))
        if isinstance(found, Tensor):
            self.names.add(resolve_name(func) or repr(func))
        return found
