# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Why a pixel is wrong: localisation, background, a similar class, or another one.

Hoiem, Chodpathumwan, Dai, Diagnosing Error in Object Detectors (ECCV 2012), for pixels.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

import numpy as np
import numpy.typing as npt

from hydranet_ros.evaluation.confusion import Confusion
from hydranet_ros.evaluation.diagnostics.boundaries import distance_to_class
from hydranet_ros.evaluation.diagnostics.class_groups import ClassGroups
from hydranet_ros.training.datasets.sample import IGNORE

Labels = npt.NDArray[np.uint8]


class ErrorKind(str, Enum):
    """A kind of wrong pixel; a pixel is of the first that fits."""

    LOCALISATION = 'localisation'
    BACKGROUND = 'background'
    SIMILAR = 'similar'
    OTHER = 'other'


KINDS = tuple(ErrorKind)
CORRECT = len(KINDS)


class ErrorKinds:
    """Tell and count the kinds of wrong pixels.

    counts: int64 (kinds, classes, classes + 1) by true and predicted class; the last column is
    for predictions that are none of the classes, which are of the kind `other`. radius: up to
    which distance in pixels to the predicted class in the truth, as `distance_to_class` gives it,
    an error is one of localisation.
    """

    def __init__(self, names: Sequence[str], groups: ClassGroups, radius: float) -> None:
        self.radius = radius
        classes = len(names)
        self.counts: npt.NDArray[np.int64] = np.zeros((len(KINDS), classes, classes + 1), np.int64)
        self._far = _kinds_far_away(names, groups)
        here = {kind for kind in KINDS if (self._far == KINDS.index(kind)).any()}
        self.kinds = tuple(k for k in KINDS if k in here | {ErrorKind.LOCALISATION})

    def add(self, predicted: Labels, truth: Labels) -> Labels:
        """Count class ids, uint8 (H, W); return the place in KINDS, CORRECT or 255 (ignored)."""
        classes = self.counts.shape[1]
        kinds = np.where(truth == IGNORE, np.uint8(IGNORE), np.uint8(CORRECT))
        wrong = (truth != IGNORE) & (predicted != truth)
        true_class = truth[wrong]
        said = np.minimum(predicted[wrong], np.uint8(classes))
        kind = self._far[true_class, said]
        for label in np.unique(said):
            if label < classes:
                mine = said == label
                near = distance_to_class(truth, int(label))[wrong][mine] <= self.radius
                kind[mine] = np.where(near, KINDS.index(ErrorKind.LOCALISATION), kind[mine])
        kinds[wrong] = kind
        place = np.ravel_multi_index((kind, true_class, said), self.counts.shape)
        flat = np.bincount(place, minlength=self.counts.size)
        self.counts += flat.reshape(self.counts.shape)
        return kinds

    def mended(self, confusion: Confusion, kinds: Sequence[ErrorKind]) -> Confusion:
        """Return the confusion if every pixel of some kinds of error had its true class."""
        moved = sum(
            (self.counts[KINDS.index(kind)] for kind in kinds), np.zeros_like(confusion.state)
        )
        better = Confusion(confusion.classes)
        better.state = confusion.state - moved
        np.einsum('ii->i', better.state[:, :-1])[:] += moved.sum(1)
        return better


def _kinds_far_away(names: Sequence[str], groups: ClassGroups) -> Labels:
    """Return the kind of each pair of true and predicted class that is no localisation error."""
    table = np.full((len(names), len(names) + 1), KINDS.index(ErrorKind.OTHER), np.uint8)
    for place, one in enumerate(names):
        for other_place, other in enumerate(names):
            group = groups.group_of(one)
            if place == other_place:
                continue
            if groups.is_background(one) or groups.is_background(other):
                table[place, other_place] = KINDS.index(ErrorKind.BACKGROUND)
            elif group is not None and group == groups.group_of(other):
                table[place, other_place] = KINDS.index(ErrorKind.SIMILAR)
    return table
