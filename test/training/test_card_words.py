# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Whose words the published card has: the recipe's, or those of the model that it goes on from."""

from pathlib import Path
import shutil
from typing import Any

import pytest
import torch

from hydranet_ros.errors import HydranetError
from hydranet_ros.resources import models_dir
from hydranet_ros.training.card_words import card_words
from hydranet_ros.training.publishing import card_of
from hydranet_ros.training.recipe_card import CardRecipe
from hydranet_ros.training.start import load_start
from hydranet_ros.training.start import make_network
from hydranet_ros.training.start_model import start_file
from hydranet_ros.zoo.card import load_card
from hydranet_ros.zoo.import_model_file import network_of

from .runs import recipe

STREET = load_card('street')
SHIPPED = models_dir() / 'street'
FREE = {'licence': 'CC0-1.0', 'licence_note': 'Numbers.', 'training_data': 'noise'}


def words(folder: Path, **changes: Any) -> CardRecipe:
    return card_words(recipe(folder, **changes), folder, folder / 'out')


def test_the_licence_of_the_first_weights_comes_with_them(tmp_path: Path) -> None:
    shutil.copy(SHIPPED / 'street.onnx', tmp_path)
    shutil.copy(SHIPPED / 'street.yaml', tmp_path)
    for start in ('street', 'street.onnx', 'street.yaml'):
        found = words(tmp_path, start={'model': start})
        assert found.licence == STREET.licence
        assert STREET.licence_note in (found.licence_note or '')
        assert 'does not say under which terms' in (found.licence_note or ''), 'of its own data'
        assert STREET.training_data in (found.training_data or '')
        assert (found.training_data or '').startswith('folder:labelled, folder:measured')


def test_the_licence_of_a_first_recipe_comes_too(tmp_path: Path) -> None:
    first = recipe(tmp_path).name
    folder = tmp_path / 'out' / 'start' / first / 'model'
    folder.mkdir(parents=True)
    shutil.copy(SHIPPED / 'street.yaml', folder / f'{first}.yaml')
    found = words(tmp_path, start={'recipe': str(tmp_path / 'recipe.yaml')})
    assert found.licence == STREET.licence


def test_what_the_recipe_states_is_said(tmp_path: Path) -> None:
    found = words(tmp_path, start={'model': 'gone.onnx'}, card={**FREE, 'sample_frames': 'street'})
    assert (found.licence, found.licence_note, found.training_data) == tuple(FREE.values())
    assert found.sample_frames == 'street'
    assert found.title == 'small: multitask_refinenet for semantic, depth'
    with pytest.raises(HydranetError, match='licence and licence_note together'):
        words(tmp_path, card={'licence': 'CC0-1.0'})


def test_weights_of_an_unknown_licence_are_refused(tmp_path: Path) -> None:
    with pytest.raises(HydranetError, match=r'no model file .*gone\.onnx'):
        words(tmp_path, start={'model': 'gone.onnx'})
    shutil.copy(SHIPPED / 'street.onnx', tmp_path / 'bare.onnx')
    with pytest.raises(HydranetError, match=r'bare\.onnx.* has no card'):
        words(tmp_path, start={'model': 'bare.onnx'})
    assert words(tmp_path).licence == 'not stated', 'random weights, data of unknown terms'


def test_the_file_of_a_model_is_found_by_its_name(tmp_path: Path) -> None:
    assert start_file('street', tmp_path).samefile(SHIPPED / 'street.onnx')
    with pytest.raises(HydranetError, match="There is no model 'streat'"):
        start_file('streat', tmp_path)
    made = recipe(tmp_path, start={'model': 'street'})
    network = make_network(made)
    load_start(network, made, tmp_path, [])
    stored = network_of(SHIPPED / 'street.onnx').state_dict()
    key = next(name for name in stored if name.startswith('encoder.'))
    assert torch.equal(network.state_dict()[key], stored[key])


def test_sets_without_figures_are_not_listed(tmp_path: Path) -> None:
    validation = [{'set': 'folder:labelled'}, {'set': 'folder:measured', 'figure': False}]
    made = recipe(tmp_path, validation=validation, card={**FREE, 'sample_frames': 'street'})
    (tmp_path / 'small.onnx').write_bytes(b'')
    chosen = {'epoch': 3, 'metrics': {'labelled/mIoU': 50.0, 'measured/RMSE': 1.0}}
    card = card_of(made, card_words(made, tmp_path, tmp_path), chosen, tmp_path / 'small.onnx')
    assert [figure['data'] for figure in card['figures']] == ['labelled']
    assert card['sample_frames'] == 'street'
