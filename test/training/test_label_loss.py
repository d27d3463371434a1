# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The multi-label loss, and a training with it and with global deconvolution to its model file."""

from pathlib import Path

import pytest
import torch
import torch.nn.functional as F

from hydranet_ros.errors import HydranetError
from hydranet_ros.networks.options import Upsampling
from hydranet_ros.training.fit import fit
from hydranet_ros.training.label_loss import label_loss
from hydranet_ros.training.publishing import publish
from hydranet_ros.zoo import load_card
from hydranet_ros.zoo.import_model_file import network_of

from .runs import CLASSES
from .runs import recipe
from .runs import write_data

LABELS = torch.tensor([[[0, 1], [255, 1]], [[3, 3], [3, 3]]], dtype=torch.uint8)
ASKED = torch.tensor([1, 2, 3])


def test_it_asks_which_classes_an_image_shows() -> None:
    logits = torch.randn(2, 3, generator=torch.Generator().manual_seed(0))
    truth = torch.tensor([[1.0, 0, 0], [0, 0, 1.0]])
    expected = F.binary_cross_entropy_with_logits(logits, truth)
    found = label_loss(logits, LABELS, ASKED, torch.ones(2))
    torch.testing.assert_close(found, expected)


def test_images_without_annotation_are_not_asked() -> None:
    logits = torch.randn(2, 3, generator=torch.Generator().manual_seed(0))
    found = label_loss(logits, LABELS, ASKED, torch.tensor([0.0, 1.0]))
    torch.testing.assert_close(found, label_loss(logits[1:], LABELS[1:], ASKED, torch.ones(1)))
    assert label_loss(logits, LABELS, ASKED, torch.zeros(2)) == 0


def test_an_image_without_a_labelled_pixel_is_not_asked() -> None:
    logits = torch.randn(2, 3, generator=torch.Generator().manual_seed(0))
    labels = torch.stack([torch.full_like(LABELS[0], 255), LABELS[1]])
    found = label_loss(logits, labels, ASKED, torch.ones(2))
    torch.testing.assert_close(found, label_loss(logits[1:], LABELS[1:], ASKED, torch.ones(1)))


def test_a_training_with_it_ends_in_a_model_without_the_branch(tmp_path: Path) -> None:
    changes = {
        'tasks': ['semantic'],
        'depth': None,
        'streams': [{'crop': [40, 48], 'data': [{'set': 'folder:labelled', 'batch': 2}]}],
        'validation': [{'set': 'folder:labelled'}],
        'architecture': 'light_weight_refinenet_mobilenet_v2',
        'options': {'upsample': 'global', 'largest': [64, 80]},
        'losses': {'labels': {'weight': 0.5, 'without': [CLASSES[0]['name']], 'grid': [4, 5]}},
        'start': {'decoder': 'scaled'},
        'epochs': 1,
        'steps_per_epoch': 2,
        'ema': None,
    }
    data = write_data(tmp_path / 'data')
    read = recipe(tmp_path, **changes)
    assert fit(read, data, tmp_path / 'out')
    state = torch.load(tmp_path / 'out' / 'last.ckpt', weights_only=True)['state_dict']
    assert state['network.heads.semantic.upsample.rows'].shape == (64, 16)
    assert state['network.heads.semantic.labels.out.weight'].shape == (1, 256)
    card = load_card(publish(read, tmp_path, tmp_path / 'out'))
    assert card.options.upsample is Upsampling.GLOBAL
    assert card.options.largest == (64, 80)
    network = network_of(card.path.parent / card.weights.location)
    assert not [key for key in network.state_dict() if 'labels' in key]
    with torch.inference_mode():
        assert network(torch.zeros(1, 3, 40, 50))['semantic'].shape == (1, 2, 40, 50)


@pytest.mark.parametrize(
    ('changes', 'message'),
    [
        ({'losses': {'labels': {'weight': 1, 'without': ['sky']}}}, 'labels.without has sky'),
        (
            {'losses': {'labels': {'weight': 1, 'without': ['dark', 'light']}}},
            'labels needs classes to ask for',
        ),
        ({'losses': {'labels': {'weight': -1}}}, 'labels needs a weight from 0'),
        (
            {'options': {'upsample': 'global', 'largest': [32, 32]}},
            r'streams\[0\].crop is beyond options.largest, \[32, 32\]',
        ),
        ({'options': {'upsample': 'cubic'}}, 'options.upsample must be one of bilinear, trans'),
    ],
)
def test_wrong_recipes_are_told(changes: dict, message: str, tmp_path: Path) -> None:
    with pytest.raises(HydranetError, match=message):
        recipe(tmp_path, **changes)
