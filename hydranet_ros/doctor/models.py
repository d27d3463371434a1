# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The cards of the models, and the weights that ship with the project."""

from collections.abc import Iterator

from hydranet_ros.doctor.finding import Finding
from hydranet_ros.doctor.finding import ok
from hydranet_ros.doctor.finding import problem
from hydranet_ros.errors import HydranetError
from hydranet_ros.resources import DEFAULT_MODEL
from hydranet_ros.zoo.card import list_cards
from hydranet_ros.zoo.card import load_card
from hydranet_ros.zoo.resolve import resolve_model_file


def check() -> Iterator[Finding]:
    """Read every card, and verify the weights of the default model."""
    advice = 'Install hydranet_ros again: a file of it is damaged or missing.'
    try:
        names = list_cards()
    except HydranetError as error:
        yield problem('models', str(error), advice)
        return
    for name in names:
        try:
            load_card(name)
        except HydranetError as error:
            yield problem('models', str(error), advice)
    try:
        path = resolve_model_file(load_card(DEFAULT_MODEL))
    except HydranetError as error:
        yield problem('models', str(error), advice)
        return
    yield ok('models', f'{", ".join(names)}; the weights of {DEFAULT_MODEL} are whole ({path})')
