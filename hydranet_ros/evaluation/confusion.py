# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""How well labels agree with the true ones: the confusion matrix, and what follows from it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hydranet_ros.errors import HydranetError
from hydranet_ros.training.datasets.sample import IGNORE


@dataclass(frozen=True)
class SegmentationErrors:
    """Figures in percent; None where there is nothing to tell.

    iou: one a class, None for a class that neither the truth nor the prediction has; such
    classes are left out of `miou`, the mean of the others. pixel_accuracy: correct pixels among
    all labelled ones. mean_accuracy: that of each class that the truth has, averaged. fw_iou: the
    mean of iou, weighted by the classes' true pixels. pixels: the labelled ones. true_pixels: one
    a class.
    """

    miou: float | None
    iou: tuple[float | None, ...]
    pixel_accuracy: float | None
    mean_accuracy: float | None
    fw_iou: float | None
    pixels: int
    true_pixels: tuple[int, ...]

    @property
    def classes_counted(self) -> int:
        """The number of classes that `miou` is the mean of."""
        return sum(one is not None for one in self.iou)


class Confusion:
    """Count pixels by true class (row) and predicted class (column).

    The last column is for predictions that are none of the classes: always wrong. `state` is
    int64 (classes, classes + 1); states of several machines add up.
    """

    def __init__(self, classes: int) -> None:
        if not 1 <= classes <= IGNORE:
            raise HydranetError(f'There are {classes} classes; labels have room for 1 to 255.')
        self.classes = classes
        self.state: npt.NDArray[np.int64] = np.zeros((classes, classes + 1), np.int64)
        self._columns = np.minimum(np.arange(256), classes).astype(np.intp)

    def update(self, prediction: npt.NDArray[np.uint8], truth: npt.NDArray[np.uint8]) -> None:
        """Count uint8 class ids of one shape; pixels whose truth is 255 are left out."""
        if prediction.shape != truth.shape:
            raise HydranetError(
                f'The labels are of two sizes: predicted {prediction.shape}, true {truth.shape}.'
            )
        width = self.classes + 1
        index = self._columns[prediction]
        index += truth.astype(np.intp) * width
        # one row for each id that uint8 can have, so that foreign ones are found without a pass
        counts = np.bincount(index.ravel(), minlength=256 * width).reshape(256, width)
        if counts[self.classes : IGNORE].any():
            found = self.classes + int(np.argmax(counts[self.classes : IGNORE].any(axis=1)))
            raise HydranetError(
                f'The true labels have the class id {found}, but there are only {self.classes} '
                f'classes (0 to {self.classes - 1}; 255 = unlabelled).'
            )
        self.state += counts[: self.classes]

    def merge(self, other: Confusion) -> None:
        """Add what another one of the same classes has counted."""
        self.state += other.state

    def result(self) -> SegmentationErrors:
        """Give the figures of all that was counted."""
        correct = np.diagonal(self.state)
        truth, predicted = self.state.sum(1), self.state.sum(0)[: self.classes]
        union = truth + predicted - correct
        iou = tuple(
            100.0 * int(c) / int(u) if u else None for c, u in zip(correct, union, strict=True)
        )
        present = [one for one in iou if one is not None]
        pixels = int(truth.sum())
        accuracy = [100.0 * int(c) / int(t) for c, t in zip(correct, truth, strict=True) if t]
        weighted = [int(t) * one for t, one in zip(truth, iou, strict=True) if one is not None]
        return SegmentationErrors(
            miou=sum(present) / len(present) if present else None,
            iou=iou,
            pixel_accuracy=100.0 * int(correct.sum()) / pixels if pixels else None,
            mean_accuracy=sum(accuracy) / len(accuracy) if accuracy else None,
            fw_iou=sum(weighted) / pixels if pixels else None,
            pixels=pixels,
            true_pixels=tuple(int(one) for one in truth),
        )
