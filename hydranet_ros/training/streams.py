# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Endless streams of augmented samples, mixed from several data sets in fixed proportions."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence
from functools import lru_cache
import multiprocessing
import sys

import cv2
import numpy as np
import numpy.typing as npt
import torch
from torch.utils.data import DataLoader
from torch.utils.data import Dataset

from hydranet_ros.errors import HydranetError
from hydranet_ros.training.augmentation import Augmentation
from hydranet_ros.training.batch import Batch
from hydranet_ros.training.batch import collate
from hydranet_ros.training.datasets.sample import DataSet
from hydranet_ros.training.datasets.sample import Sample
from hydranet_ros.training.sample_cache import SampleCache

CACHE_BYTES = 2 << 30
# Keep the draws of the permutations and of the augmentations apart.
_PERMUTATION, _AUGMENTATION = 0, 1


class Stream(Dataset[Sample]):
    """Samples by the number of their draw, each a pure function of the seed and that number.

    Every `batch_size` draws hold `count` samples of each source, in the sources' order; each
    source is gone through in a new random order every pass. Nothing has to be stored to resume.
    Streams that run side by side need different seeds.

    HydranetError for no source, an empty one, a count below 1 and a negative seed.
    """

    def __init__(
        self,
        sources: Sequence[tuple[DataSet, int]],
        augmentation: Augmentation,
        *,
        focal_length_px: float,
        seed: int,
        cache_bytes: int = CACHE_BYTES,
    ) -> None:
        _check(sources, seed)
        self.sources = tuple(sources)
        self.augmentation = augmentation
        self.batch_size = sum(count for _, count in sources)
        self.seed = seed
        self.cache = SampleCache([data for data, _ in sources], focal_length_px, cache_bytes)
        self._places = [
            (source, place, count)
            for source, (_, count) in enumerate(sources)
            for place in range(count)
        ]

    def locate(self, draw: int) -> tuple[int, int]:
        """Return which source a draw takes its sample from, and the sample's index there."""
        batch, place = divmod(draw, self.batch_size)
        source, place, count = self._places[place]
        length = len(self.sources[source][0])
        round_, step = divmod(batch * count + place, length)
        return source, int(_permutation(self.seed, source, round_, length)[step])

    def draws(self, batch: int) -> range:
        """Return the numbers of the draws that make up a batch."""
        return range(batch * self.batch_size, (batch + 1) * self.batch_size)

    def __getitem__(self, draw: int) -> Sample:
        sample = self.cache(*self.locate(draw))
        rng = np.random.default_rng([self.seed, _AUGMENTATION, draw])
        return self.augmentation(sample, rng)


def loader(
    stream: Stream,
    *,
    start_step: int,
    steps: int,
    rank: int = 0,
    world: int = 1,
    workers: int = 0,
    pin_memory: bool = False,
) -> BatchLoader:
    """Return a loader of the batches for `steps` optimiser steps from `start_step` on.

    Of each step's `world` batches this is number `rank`, so Lightning needs
    `use_distributed_sampler=False`. With `workers`, what fits of the data is read first and
    shared by them where processes can be forked. The global random state is left alone.
    """
    context = None
    if workers and _can_fork():
        stream.cache.fill()
        context = 'fork'
    return BatchLoader(
        _Batches(stream),
        batch_size=None,
        sampler=range(start_step * world + rank, (start_step + steps) * world, world),
        num_workers=workers,
        worker_init_fn=_use_one_thread,
        multiprocessing_context=context,
        pin_memory=pin_memory,
        generator=torch.Generator().manual_seed(stream.seed),
    )


class BatchLoader(DataLoader[Batch | HydranetError]):
    """A DataLoader that raises the errors of its workers as they were, without a traceback."""

    def __iter__(self) -> Iterator[Batch]:  # type: ignore[override]
        for batch in super().__iter__():
            if isinstance(batch, HydranetError):
                raise batch
            yield batch


class _Batches(Dataset[Batch | HydranetError]):
    """The batches of a stream by their number, or what is wrong with their data."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream

    def __getitem__(self, number: int) -> Batch | HydranetError:
        try:
            return collate([self._stream[draw] for draw in self._stream.draws(number)])
        except HydranetError as error:
            return error


def _can_fork() -> bool:
    # macOS has the method, but its system libraries do not survive it.
    return 'fork' in multiprocessing.get_all_start_methods() and sys.platform != 'darwin'


def _use_one_thread(worker: int) -> None:
    cv2.setNumThreads(0)


@lru_cache(maxsize=32)
def _permutation(seed: int, source: int, round_: int, length: int) -> npt.NDArray[np.int64]:
    return np.random.default_rng([seed, _PERMUTATION, source, round_]).permutation(length)


def _check(sources: Sequence[tuple[DataSet, int]], seed: int) -> None:
    if not sources:
        raise HydranetError('A stream needs at least one data set; name one under data.')
    for data, count in sources:
        if not len(data):
            raise HydranetError(f'{data.name} has no images in this split; choose another one.')
        if count < 1:
            raise HydranetError(
                f'{data.name} has {count} images in each batch; give it one or leave it out.'
            )
    if seed < 0:
        raise HydranetError(f'Seed {seed} is negative; choose one from 0 on.')
