# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Teachers that are networks of ours: train one by its own recipe before it is needed."""

from pathlib import Path
import subprocess
import sys

from hydranet_ros.errors import HydranetError
from hydranet_ros.training.checkpoints import check_same_recipe
from hydranet_ros.training.checkpoints import LAST
from hydranet_ros.training.publishing import FOLDER
from hydranet_ros.training.recipe import load_recipe

PREFIX = 'recipe:'
_PLACE = 'teachers'


def trained_teacher(name_or_path: str, data: Path, out: Path) -> Path:
    """Train the teacher's recipe under out/teachers/, if that is not done; return its card.

    It runs as a process of its own, which ends, with all its workers, before the student begins.
    HydranetError where it fails, or another recipe was trained there.
    """
    recipe = load_recipe(name_or_path)
    folder = out / _PLACE / recipe.name
    card = folder / FOLDER / f'{recipe.name}.yaml'
    if card.is_file():
        check_same_recipe(recipe, folder / LAST)
        return card
    print(f'training the teacher {recipe.name} first', file=sys.stderr, flush=True)
    command = [sys.executable, '-m', 'hydranet_ros', 'train', name_or_path]
    done = subprocess.run([*command, '--data', str(data), '--out', str(folder)])
    if done.returncode != 0 or not card.is_file():
        raise HydranetError(
            f'The teacher {recipe.name} was not trained to its end (status {done.returncode}); '
            'what it said is above. The same command goes on from there.'
        )
    return card
