# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Distances in the truth: to the nearest boundary, and to the nearest pixel of a class."""

import cv2
import numpy as np
import numpy.typing as npt

from hydranet_ros.training.datasets.sample import IGNORE


def distance_to_boundary(labels: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """Return how far each pixel is from the nearest one of another label, in pixels (Euclidean).

    labels: uint8 (H, W); 255 is a label like any other here, as Pascal VOC draws it around its
    objects. 1 for a pixel beside a boundary, infinite in an image of one label.
    """
    distance = np.full(labels.shape, np.inf, np.float32)
    present = np.unique(labels)
    if len(present) == 1:
        return distance
    for label in present:
        inside = labels == label
        np.copyto(distance, _to_nearest(~inside), where=inside)
    return distance


def distance_to_class(labels: npt.NDArray[np.uint8], label: int) -> npt.NDArray[np.float32]:
    """Return how far each pixel is from the nearest one of `label`; infinite without any.

    labels: uint8 (H, W). A pixel of 255 counts as each label that is nearest to it, so that an
    outline, which Pascal VOC leaves out between any two objects, does not hold them apart.
    """
    there = labels == label
    if not there.any():
        return np.full(labels.shape, np.inf, np.float32)
    distance = _to_nearest(there)
    unlabelled = labels == IGNORE
    if not unlabelled.any():
        return distance
    filled = unlabelled & (distance <= _to_nearest(~unlabelled))
    return _to_nearest(there | filled)


def _to_nearest(there: npt.NDArray[np.bool_]) -> npt.NDArray[np.float32]:
    absent = np.logical_not(there).view(np.uint8)
    distance = cv2.distanceTransform(absent, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return np.asarray(distance, np.float32)
