# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The data of a run: streams to train on, sets to validate on, shared out among processes."""

from __future__ import annotations

from collections.abc import Callable

import lightning.pytorch as pl
import numpy as np
import torch

from hydranet_ros.errors import HydranetError
from hydranet_ros.training.augmentation import Augmentation
from hydranet_ros.training.epoch_data import EpochSteps
from hydranet_ros.training.epoch_data import ValidationBatches
from hydranet_ros.training.recipe_types import domain_of
from hydranet_ros.training.recipe_types import Recipe
from hydranet_ros.training.recipe_types import StreamRecipe
from hydranet_ros.training.recipe_types import ValidationSet
from hydranet_ros.training.sets import open_training_set
from hydranet_ros.training.sets import open_validation_set
from hydranet_ros.training.sets import Places
from hydranet_ros.training.streams import Stream
from hydranet_ros.zoo.card_types import Task

START_IMAGES = 32
_MAX_STREAMS = 1000


class RunData(pl.LightningDataModule):
    """Opens all data sets of a recipe at once, so that what is missing is told at once."""

    def __init__(self, recipe: Recipe, places: Places) -> None:
        super().__init__()
        self._recipe = recipe
        self._shares = recipe.devices * recipe.num_nodes
        self.streams = [
            _stream(stream, recipe, places, number) for number, stream in enumerate(recipe.streams)
        ]
        self.tasks = [_tasks(stream) & set(recipe.tasks) for stream in self.streams]
        if never := set(recipe.tasks) - frozenset().union(*self.tasks):
            names = ', '.join(sorted(task.value for task in never))
            raise HydranetError(f'No set of the recipe annotates {names}; add one or a teacher.')
        self.validation_sets = [
            open_validation_set(entry, recipe, places) for entry in recipe.validation
        ]

    @property
    def images_per_step(self) -> int:
        """The number of images in one step of all processes."""
        return sum(stream.batch_size for stream in self.streams) * self._shares

    @property
    def steps_per_epoch(self) -> int:
        """The recipe's number of steps, or one pass over the first set."""
        dataset, count = self.streams[0].sources[0]
        return self._recipe.steps_per_epoch or -(-len(dataset) // (count * self._shares))

    def start_images(self) -> list[np.ndarray]:
        """Return some training images, uint8 (H, W, 3), always the same."""
        share = -(-START_IMAGES // len(self.streams))
        return [stream[draw].rgb for stream in self.streams for draw in range(share)]

    def train_dataloader(self) -> EpochSteps:
        trainer, recipe = self._running(), self._recipe
        count = self._shares // trainer.world_size
        first = trainer.global_rank * count
        return EpochSteps(
            self.streams,
            start=trainer.global_step,
            steps=recipe.epochs * self.steps_per_epoch,
            steps_per_epoch=self.steps_per_epoch,
            own=range(first, first + count),
            shares=self._shares,
            workers=recipe.workers,
            pin_memory=torch.cuda.is_available(),
        )

    def val_dataloader(self) -> list[ValidationBatches]:
        trainer = self._running()
        return [
            ValidationBatches(
                dataset,
                batch=entry.batch,
                rank=trainer.global_rank,
                world=trainer.world_size,
                due=self._due(entry, trainer),
            )
            for entry, dataset in zip(self._recipe.validation, self.validation_sets, strict=True)
        ]

    def _due(self, entry: ValidationSet, trainer: pl.Trainer) -> Callable[[], bool]:
        def due() -> bool:
            done = trainer.current_epoch + 1
            return done % entry.every == 0 or done == self._recipe.epochs

        return due

    def _running(self) -> pl.Trainer:
        assert self.trainer is not None
        return self.trainer


def _stream(entry: StreamRecipe, recipe: Recipe, places: Places, number: int) -> Stream:
    sources = [(open_training_set(data, recipe, places), data.batch) for data in entry.data]
    return Stream(
        sources,
        Augmentation(entry.crop, entry.scale, entry.flip, entry.colour, entry.scale_law),
        focal_length_px=_focal_length(entry, recipe),
        seed=recipe.seed * _MAX_STREAMS + number,
        cache_bytes=recipe.cache_mb * 2**20 // len(recipe.streams),
    )


def _focal_length(entry: StreamRecipe, recipe: Recipe) -> float:
    """Return the canonical camera's, which must be one for the whole stream."""
    ranges = {domain_of(recipe, data.domain).depth or recipe.depth for data in entry.data}
    found = {depth.focal_length_px for depth in ranges if depth}
    if len(found) > 1:
        raise HydranetError(
            'The domains of a stream have different focal lengths; give each a stream of its own.'
        )
    return (found.pop() if found else None) or 1.0  # without depth it has no effect


def _tasks(stream: Stream) -> frozenset[Task]:
    return frozenset().union(*(dataset.tasks for dataset, _ in stream.sources))
