# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""From the ids that a data set's label files hold to ours: 0 upwards, 255 = ignore."""

from collections.abc import Iterable
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from hydranet_ros.errors import HydranetError
from hydranet_ros.training.datasets.sample import IGNORE


@dataclass(frozen=True)
class LabelIds:
    """Map stored ids to class ids; ids that are in no mapping are refused.

    table: uint8 (256,), the class id of each stored id. known: bool (256,), the stored ids that
    may occur.
    """

    table: np.ndarray
    known: np.ndarray

    @classmethod
    def of(cls, mapping: Mapping[int, int]) -> 'LabelIds':
        """Build it from stored id to class id; a stored 255 is always ignored."""
        table = np.full(256, IGNORE, np.uint8)
        known = np.zeros(256, bool)
        known[IGNORE] = True
        for stored, own in mapping.items():
            table[stored] = own
            known[stored] = True
        return cls(table, known)

    @classmethod
    def plain(cls, classes: int, ignored: Iterable[int] = ()) -> 'LabelIds':
        """Keep the ids 0 to classes - 1; those in `ignored` become 255."""
        own = {stored: stored for stored in range(classes)}
        return cls.of(own | dict.fromkeys(ignored, IGNORE))

    def __call__(self, stored: np.ndarray, path: Path) -> np.ndarray:
        """Return the class ids, uint8 (H, W); HydranetError names the ids that may not occur."""
        present = cv2.calcHist([stored], [0], None, [256], [0, 256]).ravel() > 0
        wrong = np.flatnonzero(present & ~self.known)
        if wrong.size:
            allowed = ', '.join(_runs(np.flatnonzero(self.known)))
            raise HydranetError(
                f"the labels '{path}' hold the class id "
                f'{", ".join(map(str, wrong[:5]))}{" ..." if wrong.size > 5 else ""}, but this '
                f'data set has only {allowed} (255 = ignore). Correct the file, or open it as the '
                'data set that its ids belong to.'
            )
        return cv2.LUT(stored, self.table)


def _runs(ids: np.ndarray) -> list[str]:
    pieces = np.split(ids, np.flatnonzero(np.diff(ids) != 1) + 1)
    return [str(p[0]) if len(p) == 1 else f'{p[0]} to {p[-1]}' for p in pieces]
