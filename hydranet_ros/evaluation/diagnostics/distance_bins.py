# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The bins of distance to a boundary, in pixels."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import hypot

import numpy as np
import numpy.typing as npt

from hydranet_ros.errors import HydranetError

_VOC = (5, 10, 15, 20, 30)
_CITYSCAPES = (10, 20, 30, 50, 100)
_CITYSCAPES_SIZE = (1024, 2048)


@dataclass(frozen=True)
class DistanceBins:
    """Bins that end at each of `ends`, the end included, and one for all beyond.

    source: where they are from, in words.
    """

    ends: tuple[int, ...]
    source: str

    def __post_init__(self) -> None:
        whole = all(isinstance(end, int | np.integer) for end in self.ends)
        rising = all(low < high for low, high in pairwise((0, *self.ends)))
        if not self.ends or not whole or not rising:
            raise HydranetError(
                f'The bins {", ".join(map(str, self.ends)) or "(none)"} are not usable; give '
                'rising whole numbers of pixels from 1, such as 5,10,20.'
            )

    def __len__(self) -> int:
        return len(self.ends) + 1

    @property
    def names(self) -> tuple[str, ...]:
        """Name each bin by its pixels."""
        starts = (1, *(end + 1 for end in self.ends))
        spans = zip(starts, self.ends, strict=False)
        named = [f'{low}-{high}' if low < high else f'{low}' for low, high in spans]
        return (*named, f'> {self.ends[-1]}')

    def place(self, distance: npt.NDArray[np.float32]) -> npt.NDArray[np.intp]:
        """Return the number of each distance's bin."""
        return np.searchsorted(np.asarray(self.ends, np.float32), distance, side='left')


def bins_of(dataset: str, size: tuple[int, int]) -> DistanceBins:
    """Return the paper's bins for Pascal VOC and Cityscapes, else Cityscapes' scaled to the image.

    size: (height, width) of the set's first image, whose diagonal the bins are scaled by.
    """
    if dataset == 'voc':
        return DistanceBins(_VOC, "the paper's for Pascal VOC")
    if size == _CITYSCAPES_SIZE:
        return DistanceBins(_CITYSCAPES, "the paper's for Cityscapes")
    scale = hypot(*size) / hypot(*_CITYSCAPES_SIZE)
    ends: list[int] = []
    for end in _CITYSCAPES:
        ends.append(max(round(end * scale), ends[-1] + 1 if ends else 1))
    return DistanceBins(
        tuple(ends),
        f"the paper's for Cityscapes, scaled by the diagonal of {size[1]}x{size[0]} pixels",
    )
