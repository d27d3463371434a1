# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Eager torch: the reference that the other backends are checked against."""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from hydranet_ros.deploy.engine import cpu_engine
from hydranet_ros.deploy.engine import Engine
from hydranet_ros.deploy.engines import import_problem
from hydranet_ros.deploy.options import Precision
from hydranet_ros.deploy.processor import processor_name
from hydranet_ros.deploy.request import BuildRequest
from hydranet_ros.deploy.rewrites import Rewrite
from hydranet_ros.deploy.specialise import Cut

REWRITES: frozenset[Rewrite] = frozenset()
CUT = Cut.FULL
# a desktop's driver, a Jetson's two generations of drivers, WSL
_GPU_DEVICES = ('/dev/nvidiactl', '/dev/nvhost-gpu', '/dev/nvgpu', '/dev/dxg')


def unavailable() -> str | None:
    """Tell why torch cannot run here; None where it can."""
    return import_problem('torch')


def on_gpu() -> bool:
    """Tell whether torch would run on a CUDA GPU; without a GPU torch is not even imported."""
    if not any(Path(device).exists() for device in _GPU_DEVICES) or unavailable():
        return False
    import torch

    return bool(torch.cuda.is_available())


def device() -> str:
    """Name the GPU, or the processor where there is none."""
    if on_gpu():
        import torch

        return str(torch.cuda.get_device_name())
    return processor_name()


def version() -> str:
    """Give torch's version."""
    import torch

    return str(torch.__version__)


def precisions() -> tuple[Precision, ...]:
    """List what torch runs here: fp32, the reference."""
    return (Precision.FP32,)


def build(request: BuildRequest) -> tuple[Engine, bytes | None]:
    """Build the network from the model file; there is nothing to keep."""
    return cpu_engine(request, TorchRunner(request)), None


def load(request: BuildRequest, stored: bytes) -> Engine:
    """Refuse: nothing of this backend is ever kept."""
    raise ValueError('torch keeps no engines')


class TorchRunner:
    """The network in channels_last, fp32."""

    def __init__(self, request: BuildRequest) -> None:
        import torch

        from hydranet_ros.zoo.import_model_file import network_of

        if request.threads:
            torch.set_num_threads(request.threads)
        self._device = torch.device('cuda' if on_gpu() else 'cpu')
        network: Any = network_of(request.model_file.unchanged())
        self._network = network.to(self._device, memory_format=torch.channels_last)
        card = request.card
        self._mean = torch.tensor(card.mean, device=self._device).view(1, 3, 1, 1) * 255
        self._std = torch.tensor(card.std, device=self._device).view(1, 3, 1, 1) * 255
        self._classes = card.class_slice(request.domain)

    def infer(self, images: npt.NDArray[np.uint8]) -> dict[str, npt.NDArray[np.float32]]:
        import torch

        with torch.inference_mode():
            image = torch.from_numpy(images).to(self._device).permute(0, 3, 1, 2)
            outputs = self._network((image.float() - self._mean) / self._std)
            if 'semantic' in outputs:
                outputs['semantic'] = outputs['semantic'][:, self._classes]
            return {task: value.contiguous().cpu().numpy() for task, value in outputs.items()}

    def close(self) -> None:
        self._network = None
