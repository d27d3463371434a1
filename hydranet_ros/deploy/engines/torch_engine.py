# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""torch: on a CUDA GPU in half precision as CUDA graphs; on the CPU the eager reference."""

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from hydranet_ros.deploy.cuda_capture import SETTING_UP
from hydranet_ros.deploy.engine import cpu_engine
from hydranet_ros.deploy.engine import Engine
from hydranet_ros.deploy.engines import forget
from hydranet_ros.deploy.engines import import_problem
from hydranet_ros.deploy.engines import Keep
from hydranet_ros.deploy.gpu_engine import GpuEngine
from hydranet_ros.deploy.nvidia_gpu import gpu_present
from hydranet_ros.deploy.options import Precision
from hydranet_ros.deploy.processor import processor_name
from hydranet_ros.deploy.request import BuildRequest
from hydranet_ros.deploy.rewrites import Rewrite
from hydranet_ros.deploy.specialise import Cut

CUT = Cut.FULL
_SLOW_HALF = ((5, 0), (5, 2), (6, 1))  # compute capabilities without fast fp16: GTX 900 and 10


def unavailable() -> str | None:
    """Tell why torch cannot run here; None where it can."""
    return import_problem('torch')


def on_gpu() -> bool:
    """Tell whether torch would run on a CUDA GPU; without a GPU torch is not even imported."""
    if not gpu_present() or unavailable():
        return False
    import torch

    return bool(torch.cuda.is_available())


def device() -> str:
    """Name the GPU and its compute capability, or the processor where there is no GPU."""
    if on_gpu():
        import torch

        major, minor = torch.cuda.get_device_capability()
        return f'{torch.cuda.get_device_name()} (compute capability {major}.{minor})'
    return processor_name()


def version() -> str:
    """Give torch's version."""
    import torch

    return str(torch.__version__)


def precisions() -> tuple[Precision, ...]:
    """List what torch runs here, fastest first: on the CPU fp32, the reference."""
    if not on_gpu():
        return (Precision.FP32,)
    import torch

    capability = torch.cuda.get_device_capability()
    bf16 = (Precision.BF16,) if capability >= (8, 0) else ()
    if capability in _SLOW_HALF:
        return (Precision.FP32, Precision.FP16)
    return (Precision.FP16, *bf16, Precision.FP32)


def rewrites(precision: Precision) -> frozenset[Rewrite]:
    """Choose none: torch runs the network as it is."""
    return frozenset()


def build(request: BuildRequest, keep: Keep = forget) -> Engine:
    """Build the network from the model file; there is nothing to keep."""
    if on_gpu():
        return gpu_engine(request, 'cuda')
    return cpu_engine(request, TorchCpuRunner(request))


def load(request: BuildRequest, stored: bytes) -> Engine:
    """Refuse: nothing of this backend is ever kept."""
    raise ValueError('torch keeps no engines')


def gpu_engine(request: BuildRequest, device_name: str) -> Engine:
    """Make the full cut on a torch device, batch norms folded, in the request's precision."""
    import torch

    from hydranet_ros.deploy.torch_full_cut import fold_batch_norms
    from hydranet_ros.deploy.torch_full_cut import full_cut_of
    from hydranet_ros.deploy.torch_runner import TorchRunner
    from hydranet_ros.zoo.import_model_file import network_of

    dtype = {
        Precision.FP32: torch.float32,
        Precision.FP16: torch.float16,
        Precision.BF16: torch.bfloat16,
    }[request.precision]
    with SETTING_UP:
        network: Any = fold_batch_norms(network_of(request.model_file.unchanged()))
        network = network.to(dtype=dtype, memory_format=torch.channels_last)
        cut = full_cut_of(request, network, dtype)
        where = torch.device(device_name)
        runner = TorchRunner(cut, request.model_file.heads, request.batch, where)
    return GpuEngine(request.backend.value, request.precision.value, request.input_size, runner)


class TorchCpuRunner:
    """The bare network in channels_last, fp32."""

    def __init__(self, request: BuildRequest) -> None:
        import torch

        from hydranet_ros.deploy.torch_full_cut import full_cut_of
        from hydranet_ros.zoo.import_model_file import network_of

        if request.threads:
            torch.set_num_threads(request.threads)
        network: Any = network_of(request.model_file.unchanged())
        network = network.to(memory_format=torch.channels_last)
        self._cut: Any = full_cut_of(replace(request, camera_size=request.input_size), network)
        self._classes = request.card.class_slice(request.domain)

    def infer(self, images: npt.NDArray[np.uint8]) -> dict[str, npt.NDArray[np.float32]]:
        import torch

        with torch.inference_mode():
            outputs = self._cut.network(self._cut.normalised(torch.from_numpy(images)))
            if 'semantic' in outputs:
                outputs['semantic'] = outputs['semantic'][:, self._classes]
            return {task: value.contiguous().numpy() for task, value in outputs.items()}

    def close(self) -> None:
        self._cut = None
