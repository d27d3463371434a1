# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""One image with what is annotated of it, and what every data set offers."""

from abc import ABC
from abc import abstractmethod
from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field

import numpy as np

from hydranet_ros.zoo.card_types import SemanticClass
from hydranet_ros.zoo.card_types import Task

IGNORE = 255


@dataclass
class Sample:
    """Hold one image and its annotations; what is not annotated is None.

    rgb: uint8 (H, W, 3). labels: uint8 (H, W), 255 = ignore. depth: float32 (H, W), metres along
    the optical axis, NaN = none. normals: float32 (H, W, 3), unit length, in the optical frame (x
    right, y down, z forward), NaN = none. fx: focal length in pixels at this image's size, None
    where unknown. weights: the weight of each annotation, 1 for a true one.
    """

    name: str
    rgb: np.ndarray
    labels: np.ndarray | None = None
    depth: np.ndarray | None = None
    normals: np.ndarray | None = None
    fx: float | None = None
    weights: dict[Task, float] = field(default_factory=dict)


class DataSet(ABC):
    """Give samples by index, read from disk when asked for.

    name: what it was opened as. tasks: what it annotates. classes: those of the labels, empty
    without labels. names: of the samples, each once, fit to name a file.
    """

    name: str
    tasks: frozenset[Task]
    classes: tuple[SemanticClass, ...]
    names: Sequence[str]

    @abstractmethod
    def __getitem__(self, index: int) -> Sample:
        """Read one sample; HydranetError names a file that is wrong, IndexError past the end."""

    def __len__(self) -> int:
        return len(self.names)

    def __iter__(self) -> Iterator[Sample]:
        return (self[index] for index in range(len(self)))
