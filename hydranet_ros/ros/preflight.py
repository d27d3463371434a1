# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""What can be said about a model at once, before it is downloaded, loaded or built."""

import os

from hydranet_ros.deploy.selection import choose
from hydranet_ros.errors import HydranetError
from hydranet_ros.prediction_filter import check_classes
from hydranet_ros.ros.settings import Settings
from hydranet_ros.zoo.card import load_card
from hydranet_ros.zoo.card import MODEL_FILE_SUFFIX
from hydranet_ros.zoo.card import ModelCard
from hydranet_ros.zoo.resolve import resolve_model_file


def check_model(settings: Settings) -> ModelCard:
    """Return the card of the model that the settings name.

    Raises:
        HydranetError: there is no such card, domain, class, weights or backend, or the weights do
            not fit the card. Downloads and imports come later.

    """
    card = load_card(settings.model)
    domain = card.select_domain(settings.domain or None)
    check_classes(settings.classes, card.classes_of(domain.name if domain else None))
    choose(settings.backend, settings.precision)
    weights = settings.weights or None
    if weights is not None and not os.path.isfile(os.path.expanduser(weights)):
        raise HydranetError(
            f'There are no weights {weights}; set the parameter weights to the path of a model '
            f'file ({MODEL_FILE_SUFFIX}) or of a torch checkpoint, or leave it empty.'
        )
    location = weights or card.weights.location
    if location.endswith(MODEL_FILE_SUFFIX) and (weights or not card.weights.is_url):
        resolve_model_file(card, weights)
    return card
