# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The images with the most wrong pixels: no more of them are kept than were asked for."""

from __future__ import annotations

from dataclasses import dataclass
import heapq

import numpy as np
import numpy.typing as npt

from hydranet_ros.evaluation.diagnostics.error_kinds import CORRECT
from hydranet_ros.evaluation.diagnostics.pixel_maps import PixelMaps
from hydranet_ros.training.datasets.sample import IGNORE
from hydranet_ros.training.datasets.sample import Sample

Bytes = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class WorstImage:
    """One image, with what its picture shows; all arrays (H, W), rgb (H, W, 3).

    kinds: as ErrorKinds.add gives them. entropy, probability: uint8, 255 x the relative one.
    """

    name: str
    wrong: int
    labelled: int
    rgb: Bytes
    truth: Bytes
    predicted: Bytes
    kinds: Bytes
    entropy: Bytes
    probability: Bytes

    @classmethod
    def of(
        cls,
        sample: Sample,
        maps: PixelMaps,
        kinds: Bytes,
    ) -> WorstImage:
        """Count its wrong pixels."""
        return cls(
            name=sample.name,
            wrong=int(np.count_nonzero(kinds < CORRECT)),
            labelled=int(np.count_nonzero(kinds != IGNORE)),
            rgb=sample.rgb,
            truth=maps.truth,
            predicted=maps.predicted,
            kinds=kinds,
            entropy=np.rint(255 * maps.entropy).astype(np.uint8),
            probability=np.rint(255 * maps.probability).astype(np.uint8),
        )


class WorstImages:
    """Keep the `most` worst of all that are offered; of equally bad ones the first."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._offered = 0
        self._heap: list[tuple[int, int, WorstImage]] = []

    def wants(self, wrong: int) -> bool:
        """Tell whether an image of so many wrong pixels would be kept; one without is not."""
        full = len(self._heap) == self._most
        return bool(wrong and self._most) and (not full or wrong > self._heap[0][0])

    def offer(self, image: WorstImage) -> None:
        """Take an image if it is wanted, in place of the best one where there are enough."""
        self._offered += 1
        if not self.wants(image.wrong):
            return
        heapq.heappush(self._heap, (image.wrong, -self._offered, image))
        if len(self._heap) > self._most:
            heapq.heappop(self._heap)

    def ranked(self) -> list[WorstImage]:
        """Return them, the worst first."""
        return [image for *_, image in sorted(self._heap, key=lambda one: one[:2], reverse=True)]
