# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""What is measured of each instance: the only thing that grows with the data set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import fields

import cv2
import numpy as np
import numpy.typing as npt

from hydranet_ros.evaluation.diagnostics.instances import Instances
from hydranet_ros.evaluation.diagnostics.pixel_maps import PixelMaps
from hydranet_ros.training.datasets.sample import IGNORE

Labels = npt.NDArray[np.uint8]
_GROWTH = 0.5  # of a box's side, on each side: where false positives are an instance's


@dataclass(frozen=True)
class InstanceRows:
    """Hold arrays with a row for each instance.

    classes: uint8 (n,). area: int64 (n,), pixels. width, height: int32 (n,), of the box.
    truncated: bool (n,), touches the image's border. correct: int64 (n,), pixels of its class
    within. false_positives: int64 (n,), wrong pixels of its class that are nearest to it.
    pixels: int64 (n, bins) by distance to the boundary. entropy, probability: float64 (n, bins),
    sums over these pixels.
    """

    classes: Labels
    area: npt.NDArray[np.int64]
    width: npt.NDArray[np.int32]
    height: npt.NDArray[np.int32]
    truncated: npt.NDArray[np.bool_]
    correct: npt.NDArray[np.int64]
    false_positives: npt.NDArray[np.int64]
    pixels: npt.NDArray[np.int64]
    entropy: npt.NDArray[np.float64]
    probability: npt.NDArray[np.float64]

    @classmethod
    def joined(cls, parts: Sequence[InstanceRows]) -> InstanceRows:
        """Put the rows of several images, at least one, below each other."""
        names = [one.name for one in fields(cls)]
        return cls(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))

    @property
    def aspect_ratio(self) -> npt.NDArray[np.float64]:
        """Width over height."""
        return self.width / self.height

    @property
    def recall(self) -> npt.NDArray[np.float64]:
        """Correct pixels over all."""
        return self.correct / self.area

    @property
    def iou(self) -> npt.NDArray[np.float64]:
        """Correct pixels over all and the false positives."""
        return self.correct / (self.area + self.false_positives)


def measure_instances(instances: Instances, maps: PixelMaps, reach: float) -> InstanceRows:
    """Measure the instances of one image.

    reach: the least that a box is grown by on each side, in pixels, for false positives.
    """
    count, bins = len(instances.classes), maps.bin_count
    inside = instances.ids > 0
    ids = instances.ids[inside] - 1
    left, top, right, bottom = boxes = _boxes(instances.ids, count)
    height, width = instances.ids.shape
    correct = maps.predicted[inside] == maps.truth[inside]
    place = ids * bins + maps.bins[inside]

    def summed(values: npt.NDArray[np.float32] | None) -> npt.NDArray[np.float64]:
        weights = None if values is None else values[inside]
        found = np.bincount(place, weights, count * bins).astype(np.float64)
        return found.reshape(count, bins)

    return InstanceRows(
        classes=instances.classes,
        area=np.bincount(ids, minlength=count),
        width=right - left,
        height=bottom - top,
        truncated=(left == 0) | (top == 0) | (right == width) | (bottom == height),
        correct=np.bincount(ids[correct], minlength=count),
        false_positives=_false_positives(instances, maps, boxes, reach),
        pixels=summed(None).astype(np.int64),
        entropy=summed(maps.entropy),
        probability=summed(maps.probability),
    )


def _boxes(ids: npt.NDArray[np.int32], count: int) -> npt.NDArray[np.int32]:
    """Return left, top, right, bottom of each instance, int32 (4, n); the last two exclusive."""
    if not count:
        return np.zeros((4, 0), np.int32)
    rows, columns = np.nonzero(ids)
    number = ids[rows, columns]
    order = np.argsort(number, kind='stable')
    rows, columns = rows[order], columns[order]
    starts = np.searchsorted(number[order], np.arange(1, count + 1))
    return np.stack(
        [
            np.minimum.reduceat(columns, starts),
            np.minimum.reduceat(rows, starts),
            np.maximum.reduceat(columns, starts) + 1,
            np.maximum.reduceat(rows, starts) + 1,
        ]
    ).astype(np.int32)


def _false_positives(
    instances: Instances, maps: PixelMaps, boxes: npt.NDArray[np.int32], reach: float
) -> npt.NDArray[np.int64]:
    """Count the wrong pixels of each instance's class that are nearest to it, in its grown box."""
    found = np.zeros(len(instances.classes), np.int64)
    left, top, right, bottom = boxes
    grow_x = np.maximum(_GROWTH * (right - left), reach)
    grow_y = np.maximum(_GROWTH * (bottom - top), reach)
    wrong = (maps.truth != IGNORE) & (maps.predicted != maps.truth)
    for label in np.unique(instances.classes):
        rows, columns = np.nonzero(wrong & (maps.predicted == label))
        if not len(rows):
            continue
        nearest = _nearest(instances, int(label))[rows, columns] - 1
        near = (columns >= left[nearest] - grow_x[nearest]) & (
            rows >= top[nearest] - grow_y[nearest]
        )
        near &= columns < right[nearest] + grow_x[nearest]
        near &= rows < bottom[nearest] + grow_y[nearest]
        found += np.bincount(nearest[near], minlength=len(found))
    return found


def _nearest(instances: Instances, label: int) -> npt.NDArray[np.int32]:
    """Return for each pixel the nearest instance of a class, by OpenCV's 5x5 distance."""
    of_class = np.concatenate([[False], instances.classes == label])[instances.ids]
    _, places = cv2.distanceTransformWithLabels(
        np.logical_not(of_class).view(np.uint8),
        cv2.DIST_L2,
        cv2.DIST_MASK_5,
        labelType=cv2.DIST_LABEL_PIXEL,
    )
    table = np.zeros(int(places.max()) + 1, np.int32)
    table[places[of_class]] = instances.ids[of_class]
    return table[places]
