# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""What of a run can be checked before its teachers work for hours."""

from __future__ import annotations

from pathlib import Path

from hydranet_ros.errors import HydranetError
from hydranet_ros.training.card_words import card_words
from hydranet_ros.training.distillation.labelling import open_images
from hydranet_ros.training.recipe_types import Recipe
from hydranet_ros.training.sets import open_base
from hydranet_ros.training.sets import open_training_set
from hydranet_ros.training.sets import open_validation_set
from hydranet_ros.training.sets import Places
from hydranet_ros.training.start import make_network
from hydranet_ros.training.validation import check_validations
from hydranet_ros.training.validation import Validation


def check_run(recipe: Recipe, data: Path, out: Path) -> None:
    """Open all data sets, look for the weights to start from, and build the network once.

    What teachers have yet to make is left out. HydranetError.
    """
    make_network(recipe)
    for place in filter(None, (recipe.start.imagenet, recipe.start.checkpoint)):
        if not (data / place).is_file():
            raise HydranetError(
                f'There are no weights {data / place}, which the recipe starts from; check --data '
                'and the path.'
            )
    if recipe.start.model:
        card_words(recipe, data, out)
    _check_sets(recipe, Places(data, out))


def _check_sets(recipe: Recipe, places: Places) -> None:
    for stream in recipe.streams:
        for entry in stream.data:
            if entry.annotations:
                open_base(entry, places)
            else:
                open_training_set(entry, recipe, places)
    validations = [
        Validation(entry, recipe, open_validation_set(entry, recipe, places))
        for entry in recipe.validation
    ]
    check_validations(validations, recipe.select)
    for job in recipe.prepare:
        open_images(job.images, job.split, places.data)
