# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""What the engines are compared with: the network as its authors' notebooks run it, in torch.

Nekrasov et al., Real-Time Joint Semantic Segmentation and Depth Estimation Using Asymmetric
Annotations, ICRA 2019; the steps are those of DrSleep/multi-task-refinenet, src/notebooks.
"""

from collections.abc import Sequence
from enum import Enum
from pathlib import Path
from time import perf_counter
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import torch

from hydranet_ros.deploy.engine import Timings
from hydranet_ros.deploy.engines import torch_engine
from hydranet_ros.zoo.card_types import ModelCard
from hydranet_ros.zoo.import_model_file import network_of


class Layout(str, Enum):
    """Memory layout of the activations; the value names the baseline."""

    NCHW = 'official pipeline'
    CHANNELS_LAST = 'channels_last pipeline'


_FORMATS = {
    Layout.NCHW: torch.contiguous_format,
    Layout.CHANNELS_LAST: torch.channels_last,
}


class NotebookPipeline:
    """Normalise with NumPy, run eager float32, resize bicubically, then argmax and |depth|."""

    def __init__(self, model_file: Path, card: ModelCard, layout: Layout) -> None:
        self.name = layout.value
        self.device = torch_engine.device()
        self._place = torch.device('cuda' if torch_engine.on_gpu() else 'cpu')
        self._format = _FORMATS[layout]
        network: Any = network_of(model_file)
        self._network = network.to(self._place, memory_format=self._format)
        self._mean = np.array(card.mean).reshape(1, 1, 3)
        self._std = np.array(card.std).reshape(1, 1, 3)
        self._classes = card.class_slice()
        self.outputs: list[dict[str, np.ndarray]] = []

    def run(self, frames: Sequence[npt.NDArray[np.uint8]]) -> Timings:
        """Answer a batch; the results stay in `outputs`, of each frame labels, depth, normals."""
        start = perf_counter()
        normalised = [(rgb * (1 / 255) - self._mean) / self._std for rgb in frames]
        image = torch.from_numpy(np.stack(normalised).transpose(0, 3, 1, 2)).float()
        image = image.to(self._place).contiguous(memory_format=self._format)
        prepared = perf_counter()
        with torch.no_grad():
            raw = {task: one.cpu().numpy() for task, one in self._network(image).items()}
        inferred = perf_counter()
        size = (frames[0].shape[1], frames[0].shape[0])
        self.outputs = [
            self._finish({task: one[i] for task, one in raw.items()}, size)
            for i in range(len(frames))
        ]
        return Timings(prepared - start, inferred - prepared, perf_counter() - inferred)

    def close(self) -> None:
        """Free the network."""
        self._network = None
        self.outputs = []

    def _finish(self, raw: dict[str, np.ndarray], size: tuple[int, int]) -> dict[str, np.ndarray]:
        outputs = {}
        if 'semantic' in raw:
            logits = raw['semantic'][self._classes].transpose(1, 2, 0)
            large = cv2.resize(logits, size, interpolation=cv2.INTER_CUBIC)
            outputs['labels'] = large.argmax(axis=2)
        if 'depth' in raw:
            large = cv2.resize(raw['depth'][0], size, interpolation=cv2.INTER_CUBIC)
            outputs['depth'] = np.abs(large)
        if 'normals' in raw:
            normals = raw['normals'].transpose(1, 2, 0)
            large = cv2.resize(normals, size, interpolation=cv2.INTER_CUBIC)
            outputs['normals'] = large / np.linalg.norm(large, axis=2, keepdims=True)
        return outputs
