# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The card of `street` states what was measured with the weights that ship.

That the measurements themselves are right is not verified here: their data are not in the project.
"""

import json
from pathlib import Path

import pytest

from hydranet_ros.zoo.card import load_card
from hydranet_ros.zoo.card_types import Figure
from hydranet_ros.zoo.checksums import sha256
from hydranet_ros.zoo.resolve import resolve_model_file

CARD = load_card('street')
KEYS = {'pixel accuracy': 'pixel_accuracy'}


@pytest.mark.parametrize(
    'figure', CARD.figures, ids=lambda figure: f'{figure.metric}-{figure.data}'
)
def test_figures_are_those_measured(figure: Figure) -> None:
    engine, _, name = figure.source.partition(', ')
    measured = json.loads((CARD.path.parent / name).read_text(encoding='utf-8'))
    assert measured['weights']['sha256'] == CARD.weights.sha256
    assert f'{measured["engine"]} {measured["precision"]}' == engine
    value = measured[KEYS.get(figure.metric, figure.metric)]
    assert figure.value == pytest.approx(value, abs=0.051 if figure.unit == '%' else 0.0051)


def test_the_file_is_the_one_that_the_card_names() -> None:
    assert sha256(resolve_model_file(CARD)) == CARD.weights.sha256


def test_all_that_belongs_to_the_model_is_there() -> None:
    names = {path.name for path in Path(CARD.path).parent.iterdir()}
    assert {'LICENSE', 'figures', 'log.csv', 'recipe.yaml', 'street.onnx'} <= names
