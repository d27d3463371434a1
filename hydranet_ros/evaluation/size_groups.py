# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Samples in an order that needs an engine a size once, whatever order the data set has."""

from collections.abc import Iterator

import cv2
import numpy as np
import numpy.typing as npt

from hydranet_ros.training.datasets.sample import DataSet
from hydranet_ros.training.datasets.sample import Sample

Size = tuple[int, int]


def by_size(dataset: DataSet, multiple: int = 1) -> Iterator[tuple[Sample, Size]]:
    """Give the samples with the (height, width) each is padded to, those of one size in a row.

    A sample of another size than the first is read twice, so that none has to be kept.
    """
    first: Size | None = None
    later: dict[Size, list[int]] = {}
    for index in range(len(dataset)):
        sample = dataset[index]
        size = padded_size(sample.rgb, multiple)
        first = first or size
        if size == first:
            yield sample, size
        else:
            later.setdefault(size, []).append(index)
    for size, indices in later.items():
        for index in indices:
            yield dataset[index], size


def padded_size(rgb: npt.NDArray[np.uint8], multiple: int) -> Size:
    """Round an image's (height, width) up to a multiple."""
    height, width = rgb.shape[:2]
    return -(-height // multiple) * multiple, -(-width // multiple) * multiple


def padded(rgb: npt.NDArray[np.uint8], size: Size) -> npt.NDArray[np.uint8]:
    """Repeat the last row and column up to a size, below and on the right; (H, W, 3)."""
    below, right = size[0] - rgb.shape[0], size[1] - rgb.shape[1]
    if not below and not right:
        return rgb
    enlarged = cv2.copyMakeBorder(rgb, 0, below, 0, right, cv2.BORDER_REPLICATE)
    return np.asarray(enlarged, np.uint8)
