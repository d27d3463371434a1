# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Uncertainty against the distance to the nearest boundary, class by class."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hydranet_ros.evaluation.diagnostics.box import Box
from hydranet_ros.evaluation.diagnostics.distance_bins import DistanceBins
from hydranet_ros.evaluation.diagnostics.instance_rows import InstanceRows
from hydranet_ros.evaluation.diagnostics.pixel_maps import PixelMaps
from hydranet_ros.training.datasets.sample import IGNORE

Sums = npt.NDArray[np.float64]


class DistanceSums:
    """Add up the uncertainty of all labelled pixels; each array is float64 (classes, bins)."""

    def __init__(self, classes: int, bins: int) -> None:
        self.pixels: Sums = np.zeros((classes, bins))
        self.entropy: Sums = np.zeros((classes, bins))
        self.probability: Sums = np.zeros((classes, bins))

    def add(self, maps: PixelMaps) -> None:
        """Add the pixels of one image."""
        labelled = maps.truth != IGNORE
        shape = self.pixels.shape
        place = maps.truth[labelled].astype(np.intp) * shape[1] + maps.bins[labelled]
        for sums, values in (
            (self.pixels, None),
            (self.entropy, maps.entropy[labelled]),
            (self.probability, maps.probability[labelled]),
        ):
            sums += np.bincount(place, values, self.pixels.size).reshape(shape)


@dataclass(frozen=True)
class ClassUncertainty:
    """One measure of one class, bin by bin: the instances' means, and the mean of all pixels."""

    boxes: tuple[Box, ...]
    pixel_means: tuple[float | None, ...]


@dataclass(frozen=True)
class UncertaintyByDistance:
    """Relative entropy and relative probability, class by class, by distance to the boundary.

    bins: in pixels. source: where they are from. pixels: the labelled ones of each bin.
    """

    bins: tuple[str, ...]
    source: str
    pixels: tuple[tuple[int, ...], ...]
    relative_entropy: tuple[ClassUncertainty, ...]
    relative_probability: tuple[ClassUncertainty, ...]

    @classmethod
    def of(
        cls, rows: InstanceRows, sums: DistanceSums, bins: DistanceBins
    ) -> UncertaintyByDistance:
        """Put the points of the boxes, a mean for each instance, beside the means of pixels."""
        return cls(
            bins=bins.names,
            source=bins.source,
            pixels=tuple(tuple(int(one) for one in row) for row in sums.pixels),
            relative_entropy=_by_class(rows, rows.entropy, sums.entropy, sums.pixels),
            relative_probability=_by_class(rows, rows.probability, sums.probability, sums.pixels),
        )


def _by_class(
    rows: InstanceRows, of_instances: Sums, of_pixels: Sums, pixels: Sums
) -> tuple[ClassUncertainty, ...]:
    found = []
    for label in range(len(pixels)):
        mine = rows.classes == label
        boxes = _boxes(of_instances[mine], rows.pixels[mine])
        both = zip(of_pixels[label], pixels[label], strict=True)
        means = tuple(float(total / count) if count else None for total, count in both)
        found.append(ClassUncertainty(tuple(boxes), means))
    return tuple(found)


def _boxes(sums: Sums, pixels: npt.NDArray[np.int64]) -> Sequence[Box]:
    boxes = []
    for total, count in zip(sums.T, pixels.T, strict=True):
        some = count > 0
        boxes.append(Box.of(total[some] / count[some]))
    return boxes
