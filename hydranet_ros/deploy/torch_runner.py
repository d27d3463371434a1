# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The full cut on a torch device, between host buffers that are kept."""

from collections.abc import Collection
from contextlib import nullcontext
from contextlib import suppress

import numpy as np
import torch
from torch import Tensor

from hydranet_ros.deploy.torch_cuda_graphs import CudaGraphs
from hydranet_ros.deploy.torch_full_cut import FullCut
from hydranet_ros.errors import first_line
from hydranet_ros.errors import HydranetError
from hydranet_ros.prediction import TASK_OF

_BYTES = ('labels', 'confidence')
_INPUTS = ('image', 'depth_scale')


class TorchRunner:
    """A GpuRunner: on a CUDA device with pinned host buffers, a stream and CUDA graphs.

    On the CPU it computes the same without them. tasks: the raw outputs of the network.
    """

    def __init__(
        self, cut: FullCut, tasks: Collection[str], batch: int, device: torch.device
    ) -> None:
        cuda = device.type == 'cuda'
        self._cut: FullCut | None = cut.to(device)
        self._graphs = CudaGraphs(device) if cuda else None
        self._host = {
            name: torch.ones(shape, dtype=dtype, pin_memory=cuda)
            for name, (shape, dtype) in _buffers(cut.camera_size, tasks, batch).items()
        }
        self._device = {name: self._host[name].to(device) for name in _INPUTS}
        arrays: dict[str, np.ndarray] = {name: one.numpy() for name, one in self._host.items()}
        self.inputs = {name: arrays.pop(name) for name in _INPUTS}
        self.outputs = arrays

    def run(self, wanted: Collection[str]) -> float | None:
        names = tuple(wanted)
        if self._graphs is None:
            self._run(names)
            return None
        try:
            with self._graphs.stream():
                self._run(names)
            return self._graphs.wait()
        except RuntimeError as error:  # torch's CUDA errors are such, out of memory too
            raise HydranetError(
                f'torch on {torch.cuda.get_device_name()} failed: {first_line(error)}. Free GPU '
                'memory, or take a smaller input_size or batch; where that is not it, start again.'
            ) from error

    def close(self) -> None:
        if self._graphs is not None:
            with suppress(RuntimeError):  # a GPU that is lost has nothing left to free
                self._graphs.close()
        self._cut = None
        self.inputs, self.outputs, self._host, self._device = {}, {}, {}, {}
        if self._graphs is not None:
            torch.cuda.empty_cache()

    def _run(self, names: tuple[str, ...]) -> None:
        with torch.inference_mode():
            for name, tensor in self._device.items():
                tensor.copy_(self._host[name], non_blocking=True)
            if self._graphs is None:
                found = self._answer(names)
            else:
                found = self._graphs.replay(names, self._answer)
            for name, tensor in found.items():
                self._host[name].copy_(tensor, non_blocking=True)

    def _answer(self, names: tuple[str, ...]) -> dict[str, Tensor]:
        assert self._cut is not None
        # TF32 is not fp32; the fastest algorithms are looked for once a shape
        exact = torch.backends.cudnn.flags(
            enabled=True, benchmark=True, deterministic=False, allow_tf32=False
        )
        with nullcontext() if self._graphs is None else exact:
            found: dict[str, Tensor] = self._cut(
                self._device['image'], self._device['depth_scale'], names
            )
        return found


def _buffers(
    camera_size: tuple[int, int], tasks: Collection[str], batch: int
) -> dict[str, tuple[tuple[int, ...], torch.dtype]]:
    """Give shape and type of what passes between host and device."""
    buffers: dict[str, tuple[tuple[int, ...], torch.dtype]] = {
        'image': ((batch, *camera_size, 3), torch.uint8),
        'depth_scale': ((batch,), torch.float32),
    }
    for name, task in TASK_OF.items():
        if task in tasks:
            channels = (3,) if name == 'normals' else ()
            dtype = torch.uint8 if name in _BYTES else torch.float32
            buffers[name] = ((batch, *camera_size, *channels), dtype)
    return buffers
