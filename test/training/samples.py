# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""A data set in memory for the tests of training."""

from collections.abc import Sequence

import numpy as np

from hydranet_ros.training.datasets.sample import DataSet
from hydranet_ros.training.datasets.sample import Sample
from hydranet_ros.zoo.card_types import Task


class Memory(DataSet):
    """Samples that are at hand; counts how often each is read."""

    def __init__(self, samples: Sequence[Sample], name: str = 'memory') -> None:
        self.samples = samples
        self.name = name
        self.names = [sample.name for sample in samples]
        self.classes = ()
        self.tasks = frozenset(task for sample in samples for task in sample.weights)
        self.reads = [0] * len(samples)

    def __getitem__(self, index: int) -> Sample:
        self.reads[index] += 1
        return self.samples[index]


def noise(count: int, *, seed: int = 0, size: tuple[int, int] = (40, 60)) -> list[Sample]:
    """Give samples with all annotations, of random content."""
    rng = np.random.default_rng(seed)
    return [
        Sample(
            f'{seed}-{index}',
            rng.integers(0, 256, (*size, 3), np.uint8),
            labels=rng.integers(0, 11, size, np.uint8),
            depth=rng.uniform(1, 80, size).astype(np.float32),
            normals=unit(rng.normal(size=(*size, 3))),
            fx=50.0,
            weights={Task.SEMANTIC: 1.0, Task.DEPTH: 0.5, Task.NORMALS: 1.0},
        )
        for index in range(count)
    ]


def coordinates(height: int = 60, width: int = 90) -> Sample:
    """Give a sample whose image, labels and depth all say the column and the row of a pixel."""
    rows, columns = np.mgrid[:height, :width].astype(np.uint8)
    depth = (100.0 + rows + 0.001 * columns).astype(np.float32)
    return Sample(
        'coordinates', np.dstack([columns, rows, rows]), labels=columns.copy(), depth=depth
    )


def unit(vectors: np.ndarray) -> np.ndarray:
    """Scale vectors (..., 3) to length 1."""
    return (vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)).astype(np.float32)
