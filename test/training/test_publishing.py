# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""A run becomes a model that predicts what the averaged weights do."""

from pathlib import Path
import shutil

import numpy as np
import pytest
import torch
import yaml

from hydranet_ros import Perception
from hydranet_ros.errors import HydranetError
from hydranet_ros.training.fit import fit
from hydranet_ros.training.publishing import publish
from hydranet_ros.zoo.card import load_card
from hydranet_ros.zoo.import_model_file import network_of

from .runs import checkpoint
from .runs import recipe
from .runs import write_data

CARD = {
    'title': 'A small model',
    'licence': 'CC0-1.0',
    'licence_note': 'Numbers.',
    'training_data': 'noise',
}


@pytest.fixture(scope='module')
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp('run')
    data = write_data(folder / 'data')
    fit(recipe(folder, epochs=2), data, folder / 'out')
    return folder


@pytest.fixture(scope='module')
def published(run: Path) -> Path:
    return publish(recipe(run, epochs=2, card=CARD), run, run / 'out')


def test_the_card_says_what_the_recipe_says(run: Path, published: Path) -> None:
    card = load_card(published)
    assert (card.name, card.title, card.licence) == ('small', 'A small model', 'CC0-1.0')
    assert [item.name for item in card.classes] == ['dark', 'light']
    assert card.depth is not None
    assert card.depth.focal_length_px == 50.0
    best = checkpoint(run / 'out', 'best.ckpt')['callbacks']['Checkpoints']['best']
    (found,) = (figure for figure in card.figures if figure.metric == 'mIoU')
    assert found.value == pytest.approx(best['metrics']['labelled/mIoU'], abs=1e-4)
    assert f'epoch {best["epoch"]}' in found.source
    assert (run / 'out' / 'model' / 'log.csv').read_bytes() == (
        run / 'out' / 'log.csv'
    ).read_bytes()
    assert yaml.safe_load((run / 'out' / 'model' / 'recipe.yaml').read_text())['epochs'] == 2


def test_the_model_has_the_averaged_weights(run: Path, published: Path) -> None:
    average = checkpoint(run / 'out', 'best.ckpt')['state_dict']
    current = checkpoint(run / 'out', 'best.ckpt')['current_model_state']
    key = 'heads.semantic.out.weight'
    stored = network_of(published.with_suffix('.onnx')).state_dict()[key]
    assert torch.equal(stored, average[f'network.{key}'].bfloat16().half().float())
    assert not torch.equal(stored, current[f'network.{key}'].bfloat16().half().float())
    with Perception.load(str(published), backend='onnxruntime') as perception:
        prediction = perception.predict(np.full((48, 64, 3), 128, np.uint8))
    assert prediction.labels is not None
    assert prediction.depth is not None
    assert prediction.labels.shape == prediction.depth.shape == (48, 64)


def test_what_was_not_trained_cannot_be_published(run: Path, tmp_path: Path) -> None:
    with pytest.raises(HydranetError, match=r'no .*best\.ckpt to publish'):
        publish(recipe(tmp_path), tmp_path, tmp_path)
    (tmp_path / 'out').mkdir()
    shutil.copy(run / 'out' / 'best.ckpt', tmp_path / 'out')
    with pytest.raises(HydranetError, match=r'seed: 3 became 4'):
        publish(recipe(tmp_path, epochs=2, seed=4), tmp_path, tmp_path / 'out')
