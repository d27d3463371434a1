# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Open the data sets of a recipe, with class ids of the network. Needs no torch."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import replace
from pathlib import Path

import numpy as np

from hydranet_ros.errors import HydranetError
from hydranet_ros.training.datasets.annotated import with_annotations
from hydranet_ros.training.datasets.opening import open_dataset
from hydranet_ros.training.datasets.sample import DataSet
from hydranet_ros.training.datasets.sample import IGNORE
from hydranet_ros.training.datasets.sample import Sample
from hydranet_ros.training.recipe_types import domain_of
from hydranet_ros.training.recipe_types import Recipe
from hydranet_ros.training.recipe_types import TrainingSet
from hydranet_ros.training.recipe_types import ValidationSet
from hydranet_ros.zoo.card_types import SemanticClass


@dataclass(frozen=True)
class Places:
    """Where relative paths of a recipe begin: data sets and weights, and what a run makes."""

    data: Path
    out: Path


class Relabelled(DataSet):
    """A data set whose class ids are looked up in `table`, uint8 (256,)."""

    def __init__(
        self, dataset: DataSet, table: np.ndarray, classes: tuple[SemanticClass, ...]
    ) -> None:
        self._dataset = dataset
        self._table = table
        self.name = dataset.name
        self.tasks = dataset.tasks
        self.classes = classes
        self.names = dataset.names

    def __len__(self) -> int:
        return len(self._dataset)

    def __getitem__(self, index: int) -> Sample:
        sample = self._dataset[index]
        if sample.labels is None:
            return sample
        return replace(sample, labels=self._table[sample.labels])


def open_training_set(entry: TrainingSet, recipe: Recipe, places: Places) -> DataSet:
    """Open a set of a stream, with the annotations that teachers made for it."""
    dataset = open_base(entry, places)
    for added in entry.annotations:
        folder = places.out / added.folder
        if not folder.is_dir():
            raise HydranetError(
                f'There are no annotations {folder} for {entry.set}; name the teacher that makes '
                'them under prepare in the recipe, or run `hydranet train --label`.'
            )
        dataset = with_annotations(
            dataset, folder, weight=added.weight, min_confidence=added.min_confidence
        )
    if not dataset.tasks & set(recipe.tasks):
        raise HydranetError(
            f'The set {entry.set} annotates none of {", ".join(t.value for t in recipe.tasks)}; '
            'leave it out, or give it annotations by a teacher.'
        )
    return _with_classes_of(recipe, dataset, entry)


def open_validation_set(entry: ValidationSet, recipe: Recipe, places: Places) -> DataSet:
    """Open a set to measure on."""
    return _with_classes_of(recipe, open_base(entry, places), entry)


def open_base(entry: TrainingSet | ValidationSet, places: Places) -> DataSet:
    """Open a set with its own classes and annotations alone."""
    dataset = open_dataset(entry.set, split=entry.split, root=places.data)
    if not len(dataset):
        raise HydranetError(f'The set {entry.set} (split {entry.split}) is empty.')
    return dataset


def _with_classes_of(
    recipe: Recipe, dataset: DataSet, entry: TrainingSet | ValidationSet
) -> DataSet:
    domain = domain_of(recipe, entry.domain)
    classes = recipe.classes[domain.start : domain.stop]
    if not dataset.classes or not classes:
        return dataset
    return _relabelled(dataset, classes, entry)


def _relabelled(
    dataset: DataSet, classes: tuple[SemanticClass, ...], entry: TrainingSet | ValidationSet
) -> DataSet:
    """Match classes by name, after those that the recipe renames."""
    names = [item.name for item in classes]
    own = [item.name for item in dataset.classes]
    if absent := [name for name in entry.classes if name not in own]:
        raise HydranetError(
            f'The set {entry.set} has no class {", ".join(absent)}; it has {", ".join(own)}.'
        )
    targets = {name: entry.classes.get(name, name) for name in own}
    unknown = [name for name, target in targets.items() if target and target not in names]
    if unknown:
        raise HydranetError(
            f'The set {entry.set} has classes that the network has not: {", ".join(unknown)}. '
            'Say under `classes` of the set what each stands for, or null to ignore it.'
        )
    if own == names and not entry.classes:
        return dataset
    table = np.full(256, IGNORE, np.uint8)
    for index, name in enumerate(own):
        if target := targets[name]:
            table[index] = names.index(target)
    return Relabelled(dataset, table, classes)
