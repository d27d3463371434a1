# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Pictures of the procedural street, with labels and depth that are true in every pixel."""

from functools import lru_cache
import re

from hydranet_ros.errors import HydranetError
from hydranet_ros.sources.street import FPS
from hydranet_ros.sources.street import Street
from hydranet_ros.training.datasets.classes import CAMVID
from hydranet_ros.training.datasets.listing import frame_range
from hydranet_ros.training.datasets.sample import DataSet
from hydranet_ros.training.datasets.sample import Sample
from hydranet_ros.zoo.card_types import Task

COUNT = 400
SEED = 1  # the streets 4 to 7: that of the demo, 0, is not among them
STREETS = 4
STRIDE_S = 1.5
SIZE = (480, 640)
_SPEC = re.compile(r'(\d+)(?:x(\d+))?')


class StreetSet(DataSet):
    """Draw every sample when asked for, from four streets in turn; picture i is 1.5 i s along.

    CamVid's 11 classes; the focal length is 448 pixels. Not for several threads at once.
    """

    def __init__(self, first: int, count: int, seed: int) -> None:
        self.name = 'street'
        self.tasks = frozenset((Task.SEMANTIC, Task.DEPTH))
        self.classes = CAMVID
        self._places = [
            (STREETS * seed + i % STREETS, round(i * STRIDE_S * FPS))
            for i in range(first, first + count)
        ]
        self.names = [f'street_{street}_{position:06d}' for street, position in self._places]

    def __getitem__(self, index: int) -> Sample:
        seed, position = self._places[index]
        street = _street(seed)
        frame = street.read(position)
        return Sample(
            self.names[index],
            frame.rgb,
            frame.labels,
            frame.depth,
            fx=street.intrinsics.fx,
            weights={Task.SEMANTIC: 1.0, Task.DEPTH: 1.0},
        )


@lru_cache(maxsize=2 * STREETS)
def _street(seed: int) -> Street:
    """Build a street once a process: it takes a while, and 50 MB."""
    return Street(*SIZE, seed=seed)


def open_street(text: str, split: str | None) -> StreetSet:
    """Open 'COUNT' or 'COUNTxSEED' pictures, 400 of seed 1 where the text is empty.

    split 'A-B' takes the pictures from A to B of them, both included.
    """
    match = _SPEC.fullmatch(text) if text else None
    count, seed = (int(match[1]), int(match[2] or SEED)) if match else (COUNT, SEED)
    if (text and not match) or count < 1:
        raise HydranetError(
            f"'street:{text}' is no street. Give street:COUNT or street:COUNTxSEED, for example "
            'street:400x7.'
        )
    first, last = frame_range(split) or (0, count - 1)
    if (split is not None and frame_range(split) is None) or not first <= last < count:
        raise HydranetError(
            f"a street of {count} pictures has no split '{split}'. Give a range in 0-{count - 1}."
        )
    return StreetSet(first, last - first + 1, seed)
