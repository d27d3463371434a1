# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The batches of every epoch, one a stream and step, and the images to validate on."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from hydranet_ros.training.batch import Batch
from hydranet_ros.training.datasets.sample import DataSet
from hydranet_ros.training.datasets.sample import Sample
from hydranet_ros.training.streams import loader
from hydranet_ros.training.streams import Stream


class EpochSteps:
    """Iterate over the steps of one epoch after the other, from step `start` of the training.

    A step has `shares` shares in all, those of this process are `own`. Gives a list of them, each
    a list of one batch a stream. The workers live as long as this.
    """

    def __init__(
        self,
        streams: Sequence[Stream],
        *,
        start: int,
        steps: int,
        steps_per_epoch: int,
        own: range,
        shares: int,
        workers: int,
        pin_memory: bool,
    ) -> None:
        self._steps_per_epoch = steps_per_epoch
        loaders = [
            zip(
                *(
                    loader(
                        stream,
                        start_step=start,
                        steps=steps - start,
                        rank=share,
                        world=shares,
                        workers=workers,
                        pin_memory=pin_memory,
                    )
                    for stream in streams
                ),
                strict=True,
            )
            for share in own
        ]
        self._steps = zip(*loaders, strict=True)

    def __len__(self) -> int:
        return self._steps_per_epoch

    def __iter__(self) -> Iterator[list[list[Batch]]]:
        for _ in range(self._steps_per_epoch):
            yield [list(share) for share in next(self._steps)]


class ValidationBatches:
    """Iterate over a process's share of a set, in lists of samples of one size.

    One thread reads ahead while the network works. There are none while `due` says no.
    """

    def __init__(
        self, dataset: DataSet, *, batch: int, rank: int, world: int, due: Callable[[], bool]
    ) -> None:
        self._dataset = dataset
        self._indices = range(rank, len(dataset), world)
        self._batch = batch
        self._due = due

    def __iter__(self) -> Iterator[list[Sample]]:
        if not self._due():
            return
        with ThreadPoolExecutor(1) as pool:
            ahead = [
                pool.submit(self._dataset.__getitem__, i) for i in self._indices[: self._batch]
            ]
            held: list[Sample] = []
            for place in range(len(self._indices)):
                sample = ahead.pop(0).result()
                if place + self._batch < len(self._indices):
                    index = self._indices[place + self._batch]
                    ahead.append(pool.submit(self._dataset.__getitem__, index))
                if held and (len(held) == self._batch or held[0].rgb.shape != sample.rgb.shape):
                    yield held
                    held = []
                held.append(sample)
            if held:
                yield held
