# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""What the card of a trained model says of its data and licence."""

from __future__ import annotations

from pathlib import Path

from hydranet_ros.errors import HydranetError
from hydranet_ros.training.recipe_card import CardRecipe
from hydranet_ros.training.recipe_run import first_model
from hydranet_ros.training.recipe_types import Recipe
from hydranet_ros.training.start_model import start_card
from hydranet_ros.zoo.card import load_card
from hydranet_ros.zoo.card_types import ModelCard

_UNSTATED = 'The recipe does not say under which terms its data may be used; ask who holds them.'


def card_words(recipe: Recipe, data: Path, out: Path) -> CardRecipe:
    """Return what the card says, complete but for `sample_frames`.

    Weights that a training goes on from bring their licence and their data with them, where the
    recipe states none. HydranetError where the card that says so is missing.
    """
    given = recipe.card or CardRecipe()
    licence, note, training_data = given.licence, given.licence_note, given.training_data
    first = None if licence and training_data else _first(recipe, data, out)
    sets = [entry.set for stream in recipe.streams for entry in stream.data]
    own_data = training_data or ', '.join(dict.fromkeys(sets))
    if first and not training_data:
        own_data = f'{own_data}; before, as {first.name}: {first.training_data}'
    if first and not licence:
        licence = first.licence
        note = f'{_UNSTATED} The weights went on from {first.name}: {first.licence_note}'
    tasks = ', '.join(task.value for task in recipe.tasks)
    return CardRecipe(
        title=given.title or f'{recipe.name}: {recipe.architecture} for {tasks}',
        licence=licence or 'not stated',
        licence_note=note or _UNSTATED,
        training_data=own_data,
        sample_frames=given.sample_frames,
    )


def _first(recipe: Recipe, data: Path, out: Path) -> ModelCard | None:
    """Return the card of the model that the recipe goes on from, None where it begins anew."""
    if recipe.start.recipe:
        return load_card(first_model(recipe.start.recipe, out).with_suffix('.yaml'))
    if not recipe.start.model:
        return None
    card = start_card(recipe.start.model, data)
    if card is None:
        raise HydranetError(
            f'The model file {data / recipe.start.model}, which the recipe starts from, has no '
            'card (.yaml) beside it that says under which licence it is. Put it there, or state '
            'licence, licence_note and training_data under card in the recipe; where the training '
            'is done, go on with --publish.'
        )
    return card
