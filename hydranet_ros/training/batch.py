# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""What one step of training gets: images, annotations and their weights as tensors."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter

import numpy as np
import torch
from torch import Tensor

from hydranet_ros.errors import HydranetError
from hydranet_ros.training.datasets.sample import IGNORE
from hydranet_ros.training.datasets.sample import Sample
from hydranet_ros.zoo.card_types import Task

_ANNOTATION: dict[Task, Callable[[Sample], np.ndarray | None]] = {
    Task.SEMANTIC: attrgetter('labels'),
    Task.DEPTH: attrgetter('depth'),
    Task.NORMALS: attrgetter('normals'),
}


@dataclass
class Batch:
    """N images of one size with what is known of them.

    image: uint8 (N, 3, H, W), channels last in memory. labels: uint8 (N, H, W), 255 = none.
    depth: float32 (N, H, W), metres of the canonical camera, NaN = none. normals: float32
    (N, 3, H, W), NaN = none; None where no sample of the batch has any. weights: for each task
    float32 (N,), 0 where a sample is not annotated.
    """

    image: Tensor
    labels: Tensor
    depth: Tensor
    normals: Tensor | None
    weights: dict[str, Tensor]

    def __len__(self) -> int:
        return len(self.image)

    def to(self, device: torch.device | str) -> Batch:
        """Return the batch on a device; from pinned memory to a GPU without waiting."""
        without_waiting = torch.device(device).type == 'cuda'
        return self._map(lambda tensor: tensor.to(device, non_blocking=without_waiting))

    def pin_memory(self) -> Batch:
        """Return the batch in page-locked memory; DataLoader calls this."""
        return self._map(lambda tensor: tensor.pin_memory())

    def _map(self, change: Callable[[Tensor], Tensor]) -> Batch:
        return Batch(
            change(self.image),
            change(self.labels),
            change(self.depth),
            None if self.normals is None else change(self.normals),
            {task: change(weight) for task, weight in self.weights.items()},
        )


def collate(samples: Sequence[Sample]) -> Batch:
    """Put samples of one size together; HydranetError names one of another size."""
    size = samples[0].rgb.shape
    for sample in samples:
        if sample.rgb.shape != size:
            raise HydranetError(
                f'{sample.name} is {sample.rgb.shape[:2]}, {samples[0].name} is {size[:2]}; '
                'images of one batch need one size, so give the stream a crop.'
            )
    count, height, width, _ = shape = (len(samples), *size)
    labels = np.full((count, height, width), IGNORE, np.uint8)
    depth = np.full((count, height, width), np.nan, np.float32)
    normals = None
    if any(sample.normals is not None for sample in samples):
        normals = np.full(shape, np.nan, np.float32)
    for place, sample in enumerate(samples):
        if sample.labels is not None:
            labels[place] = sample.labels
        if sample.depth is not None:
            depth[place] = sample.depth
        if normals is not None and sample.normals is not None:
            normals[place] = sample.normals
    return Batch(
        _channels_first(np.stack([sample.rgb for sample in samples])),
        torch.from_numpy(labels),
        torch.from_numpy(depth),
        None if normals is None else _channels_first(normals),
        {task.value: _weights(samples, task) for task in Task},
    )


def _channels_first(images: np.ndarray) -> Tensor:
    return torch.from_numpy(images).permute(0, 3, 1, 2)


def _weights(samples: Sequence[Sample], task: Task) -> Tensor:
    weights = [
        0.0 if _ANNOTATION[task](sample) is None else sample.weights.get(task, 1.0)
        for sample in samples
    ]
    return torch.tensor(weights, dtype=torch.float32)
