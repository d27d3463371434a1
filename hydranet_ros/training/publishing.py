# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""From a run to a model that can be shipped: model file, card, recipe and log in one folder."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import yaml

from hydranet_ros.atomic_file import write_atomically
from hydranet_ros.errors import HydranetError
from hydranet_ros.output_folder import make_output_folder
from hydranet_ros.training.card_words import card_words
from hydranet_ros.training.checkpoints import BEST
from hydranet_ros.training.checkpoints import check_same_recipe
from hydranet_ros.training.checkpoints import LAST
from hydranet_ros.training.checkpoints import read_run
from hydranet_ros.training.checkpoints import selection
from hydranet_ros.training.recipe import plain
from hydranet_ros.training.recipe_card import CardRecipe
from hydranet_ros.training.recipe_types import Recipe
from hydranet_ros.training.run_log import LOG_NAME
from hydranet_ros.training.start import make_network
from hydranet_ros.training.start import network_weights
from hydranet_ros.training.start_model import MODEL_FOLDER
from hydranet_ros.training.validation import set_name
from hydranet_ros.training.weight_rounding import round_weights
from hydranet_ros.zoo import imagenet
from hydranet_ros.zoo.card import load_card
from hydranet_ros.zoo.card import MODEL_FILE_SUFFIX
from hydranet_ros.zoo.card_types import Task
from hydranet_ros.zoo.checksums import sha256
from hydranet_ros.zoo.import_model_file import export_model_file
from hydranet_ros.zoo.resolve import resolve_model_file

RECIPE_NAME = 'recipe.yaml'
UNITS = {'mIoU': '%', 'pixel_accuracy': '%', 'delta1': '%', 'RMSE': 'm'}
UNITS |= {'angle_mean': 'deg', 'angle_median': 'deg'}
_HEADER = '# Copyright 2026 hydranet_ros maintainers\n# SPDX-License-Identifier: Apache-2.0\n'
_log = logging.getLogger(__name__)


def publish(recipe: Recipe, data: Path, out: Path) -> Path:
    """Write out/model/ from the selected checkpoint of the run in `out`; return the card's path.

    The folder holds NAME.onnx (the averaged weights, where the recipe has an average, rounded to
    what bf16 holds), NAME.yaml, recipe.yaml and log.csv; under models/NAME/ it is a model of the
    project. HydranetError where there is no checkpoint, or it is of another recipe, or the card of
    the model that it starts from (relative to `data`) is missing.
    """
    checkpoint = out / (BEST if recipe.select else LAST)
    if not checkpoint.is_file():
        raise HydranetError(f'There is no {checkpoint} to publish; train first, or check --out.')
    check_same_recipe(recipe, checkpoint)
    words = card_words(recipe, data, out)
    run = read_run(checkpoint)
    network = make_network(recipe)
    network.load_state_dict(network_weights(run['state_dict']))
    round_weights(network, imagenet.STD)
    folder = out / MODEL_FOLDER
    make_output_folder(folder)
    model = folder / f'{recipe.name}{MODEL_FILE_SUFFIX}'
    export_model_file(network, model, name=recipe.name)
    _write_yaml(folder / RECIPE_NAME, plain(recipe))
    if (log := out / LOG_NAME).is_file():
        write_atomically(folder / LOG_NAME, log.read_bytes())
    card = folder / f'{recipe.name}.yaml'
    _write_yaml(card, card_of(recipe, words, selection(run), model))
    resolve_model_file(load_card(card))
    _log.info('published %s (epoch %d)', card, selection(run)['epoch'])
    return card


def card_of(
    recipe: Recipe, words: CardRecipe, chosen: dict[str, Any], model: Path
) -> dict[str, Any]:
    """Return the card of a published model; `chosen` is what was selected, with its metrics."""
    has_normals = Task.NORMALS in recipe.tasks
    unlisted = {set_name(entry) for entry in recipe.validation if not entry.figure}
    figures = [
        _figure(recipe, name, value, chosen)
        for name, value in chosen['metrics'].items()
        if name.partition('/')[0] not in unlisted
    ]
    return {
        'title': words.title,
        'architecture': recipe.architecture,
        **({'options': options} if (options := recipe.options.chosen()) else {}),
        'tasks': plain(list(recipe.tasks)),
        'classes': plain(list(recipe.classes)),
        'mean': list(imagenet.MEAN),
        'std': list(imagenet.STD),
        **({'depth': plain(recipe.depth)} if recipe.depth else {}),
        **({'normals_axes': 'x y z'} if has_normals else {}),
        **({'domains': plain(list(recipe.domains))} if recipe.domains else {}),
        **({'sample_frames': words.sample_frames} if words.sample_frames else {}),
        'training_data': words.training_data,
        'licence': words.licence,
        'licence_note': words.licence_note,
        'figures': figures,
        'weights': {'location': model.name, 'sha256': sha256(model)},
    }


def _figure(
    recipe: Recipe, name: str, value: float, chosen: dict[str, Any]
) -> dict[str, float | str | None]:
    data, _, metric = name.partition('/')
    source = f'validation of epoch {chosen["epoch"]} in training, {recipe.precision.value}'
    return {
        'metric': metric,
        'value': round(value, 4),
        'unit': UNITS.get(metric),
        'data': data,
        'source': source,
    }


def _write_yaml(path: Path, content: dict[str, Any]) -> None:
    text = yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=99)
    write_atomically(path, (_HEADER + text).encode())
