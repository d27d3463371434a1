# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Decoded samples kept in memory while they fit."""

from __future__ import annotations

from collections.abc import Sequence
import logging
import time

from hydranet_ros.training.canonical_camera import canonical_sample
from hydranet_ros.training.datasets.sample import DataSet
from hydranet_ros.training.datasets.sample import Sample

_log = logging.getLogger(__name__)


class SampleCache:
    """Read samples of several data sets, as the canonical camera sees them, each once.

    Pickled, it is empty. Forked processes share what is kept, so fill it before they start.
    """

    def __init__(
        self, data_sets: Sequence[DataSet], focal_length_px: float, max_bytes: int
    ) -> None:
        self._data_sets = tuple(data_sets)
        self._focal_length_px = focal_length_px
        self._max_bytes = max_bytes
        self._kept: dict[tuple[int, int], Sample] = {}
        self._used_bytes = 0
        self._full = False

    def __call__(self, data_set: int, index: int) -> Sample:
        """Return the sample at an index of a data set; its arrays are for reading only."""
        kept = self._kept.get((data_set, index))
        if kept is not None:
            return kept
        sample = canonical_sample(self._data_sets[data_set][index], self._focal_length_px)
        size = _size(sample)
        if self._used_bytes + size <= self._max_bytes:
            self._kept[data_set, index] = sample
            self._used_bytes += size
        else:
            self._full = True
        return sample

    def fill(self) -> None:
        """Read samples until all are kept or the memory is used up."""
        started = time.monotonic()
        before = len(self._kept)
        for data_set, samples in enumerate(self._data_sets):
            for index in range(len(samples)):
                if self._full:
                    break
                self(data_set, index)
        if len(self._kept) > before:
            _log.info(
                'keeping %d of %d samples in memory, %d MiB, read in %.1f s',
                len(self._kept),
                sum(map(len, self._data_sets)),
                self._used_bytes >> 20,
                time.monotonic() - started,
            )

    def __getstate__(self) -> dict[str, object]:
        return self.__dict__ | {'_kept': {}, '_used_bytes': 0, '_full': False}


def _size(sample: Sample) -> int:
    arrays = (sample.rgb, sample.labels, sample.depth, sample.normals)
    return sum(array.nbytes for array in arrays if array is not None)
