# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The instances of an image: from a map of them, or the connected components of a class."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

Labels = npt.NDArray[np.uint8]
_CONNECTIVITY = 8


@dataclass(frozen=True)
class Instances:
    """Number the instances of an image.

    ids: int32 (H, W), from 1; 0 is none. classes: uint8 (n,), the class id of instance i + 1.
    """

    ids: npt.NDArray[np.int32]
    classes: Labels


def components(truth: Labels, classes: Collection[int], least_area: int) -> tuple[Instances, int]:
    """Take each connected component (8 neighbours) of a class for an instance.

    truth: uint8 (H, W), class ids. classes: those to look at. Components of fewer pixels than
    `least_area` are none; their number is the second result.
    """
    ids = np.zeros(truth.shape, np.int32)
    found: list[Labels] = []
    total = specks = 0
    for label in classes:
        mask = (truth == label).view(np.uint8)
        if not mask.any():
            continue
        _, part, stats, _ = cv2.connectedComponentsWithStats(
            mask, connectivity=_CONNECTIVITY, ltype=cv2.CV_32S
        )
        large = stats[:, cv2.CC_STAT_AREA] >= least_area
        large[0] = False
        number = np.where(large, np.cumsum(large) + total, 0).astype(np.int32)
        ids += number[part]
        count = int(np.count_nonzero(large))
        specks += len(large) - 1 - count
        total += count
        found.append(np.full(count, label, np.uint8))
    classes_found = np.concatenate(found) if found else np.zeros(0, np.uint8)
    return Instances(ids, classes_found), specks


def of_map(truth: Labels, stored: npt.NDArray[np.int32], things: Collection[int]) -> Instances:
    """Take what a map of instances tells apart, for the classes that it has instances of.

    stored: int32 (H, W), 0 = no single instance, of which nothing is taken. things: these classes.
    """
    single = np.isin(truth, np.fromiter(things, np.uint8)) & (stored > 0)
    pairs = stored[single].astype(np.int64) << 8 | truth[single]
    unique, number = np.unique(pairs, return_inverse=True)
    ids = np.zeros(truth.shape, np.int32)
    ids[single] = number.ravel() + 1
    return Instances(ids, (unique & 255).astype(np.uint8))


def joined(first: Instances, second: Instances) -> Instances:
    """Number the instances of two that share no pixel in one."""
    offset = np.int32(len(first.classes))
    ids = first.ids + np.where(second.ids > 0, second.ids + offset, np.int32(0))
    return Instances(ids, np.concatenate([first.classes, second.classes]))
