# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The model that a recipe names under `start.model`: its file and its card. Needs no torch."""

from __future__ import annotations

from pathlib import Path

from hydranet_ros.errors import HydranetError
from hydranet_ros.zoo.card import load_card
from hydranet_ros.zoo.card import MODEL_FILE_SUFFIX
from hydranet_ros.zoo.card_types import ModelCard
from hydranet_ros.zoo.resolve import resolve_model_file

MODEL_FOLDER = 'model'  # of --out: where a run is published
_CARD_SUFFIX = '.yaml'


def start_card(model: str, data: Path) -> ModelCard | None:
    """Return the card of a model: by its name, its path, or beside a model file, None without.

    Relative paths begin at `data`. HydranetError where there is no such model.
    """
    if not model.endswith(MODEL_FILE_SUFFIX):
        return load_card(data / model if model.endswith(_CARD_SUFFIX) else model)
    path = data / model
    if not path.is_file():
        raise HydranetError(
            f'There is no model file {path}, which the recipe starts from; check the path, or '
            "give a model's name."
        )
    card = path.with_suffix(_CARD_SUFFIX)
    return load_card(card) if card.is_file() else None


def start_file(model: str, data: Path) -> Path:
    """Return the model file (.onnx) of a model, which is downloaded where its card says so."""
    card = start_card(model, data)
    if card is None or model.endswith(MODEL_FILE_SUFFIX):
        return data / model
    return resolve_model_file(card)
