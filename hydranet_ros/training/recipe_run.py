# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Recipes that another recipe builds on: trained by their own before they are needed."""

from pathlib import Path
import subprocess
import sys

from hydranet_ros.errors import HydranetError
from hydranet_ros.training.checkpoints import check_same_recipe
from hydranet_ros.training.checkpoints import LAST
from hydranet_ros.training.recipe import load_recipe
from hydranet_ros.training.recipe_types import Recipe
from hydranet_ros.training.start_model import MODEL_FOLDER
from hydranet_ros.zoo.card import MODEL_FILE_SUFFIX

PREFIX = 'recipe:'
TEACHERS, START = 'teachers', 'start'


def check_chain(recipe: Recipe) -> None:
    """Refuse a recipe that starts from itself, or from one of another network."""
    names, current = [recipe.name], recipe
    while current.start.recipe:
        first = load_recipe(current.start.recipe)
        if first.name in names:
            raise HydranetError(
                f'The recipe {first.name} starts from itself ({" from ".join(names)}); '
                'begin with one that starts elsewhere.'
            )
        if (first.architecture, first.options) != (current.architecture, current.options):
            raise HydranetError(
                f'The recipe {current.name} starts from {first.name}, which has another '
                'architecture or other options; give both the same.'
            )
        names.append(first.name)
        current = first


def trained(name_or_path: str, data: Path, folder: Path) -> Path:
    """Train a recipe in folder/NAME, if that is not done; return the card of its model.

    It runs as a process of its own, which ends, with all its workers, before this one goes on.
    HydranetError where it fails, or another recipe was trained there.
    """
    recipe = load_recipe(name_or_path)
    run = folder / recipe.name
    card = run / MODEL_FOLDER / f'{recipe.name}.yaml'
    if card.is_file():
        check_same_recipe(recipe, run / LAST)
        return card
    print(f'training {recipe.name} first', file=sys.stderr, flush=True)
    command = [sys.executable, '-m', 'hydranet_ros', 'train', name_or_path]
    done = subprocess.run([*command, '--data', str(data), '--out', str(run)])
    if done.returncode != 0 or not card.is_file():
        raise HydranetError(
            f'{recipe.name} was not trained to its end (status {done.returncode}); '
            'what it said is above. The same command goes on from there.'
        )
    return card


def first_model(name_or_path: str, out: Path) -> Path:
    """Return where the model file lies of the recipe that the one in `out` starts from."""
    name = load_recipe(name_or_path).name
    return out / START / name / MODEL_FOLDER / f'{name}{MODEL_FILE_SUFFIX}'
