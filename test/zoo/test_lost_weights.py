# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The cards of Light-Weight RefineNet, whose published weights are lost.

The class names of NYUDv2 and PASCAL Context are not published with the weights and not verified.
"""

from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
import yaml

from hydranet_ros import Perception
from hydranet_ros.commands import main
from hydranet_ros.errors import HydranetError
from hydranet_ros.networks.architectures import ARCHITECTURES
from hydranet_ros.resources import models_dir
from hydranet_ros.zoo import list_cards
from hydranet_ros.zoo import load_card
from hydranet_ros.zoo import resolve_model_file
from hydranet_ros.zoo.import_model_file import network_of
from hydranet_ros.zoo.official_keys import FAMILIES
from test.golden.networks import official_state

CARDS = [name for name in list_cards() if name.startswith('lwrf_')]
CLASSES = {'voc': 21, 'person_part': 7, 'context': 60, 'nyudv2': 40}
ON_ONE_SCALE = {
    'lwrf_resnet50': {'voc': 78.5, 'person_part': 64.9, 'nyudv2': 41.7},
    'lwrf_resnet101': {'voc': 80.3, 'person_part': 66.7, 'context': 45.1, 'nyudv2': 43.6},
    'lwrf_resnet152': {'voc': 82.1, 'person_part': 67.6, 'context': 45.8, 'nyudv2': 44.4},
    'lwrf_mobilenet_v2': {'voc': 76.2},
}


def test_there_is_a_card_for_each_published_model() -> None:
    wanted = [f'{net}_{data}' for net, found in ON_ONE_SCALE.items() for data in found]
    assert sorted(wanted) == CARDS


@pytest.mark.parametrize('name', CARDS)
def test_a_card_says_what_was_published(name: str) -> None:
    card = load_card(name)
    network, data = next((n, name[len(n) + 1 :]) for n in ON_ONE_SCALE if name.startswith(n + '_'))
    assert card.architecture in ARCHITECTURES
    assert card.architecture == FAMILIES[card.weights.family].architecture
    assert card.architecture.endswith(network.removeprefix('lwrf_'))
    assert len(card.classes) == CLASSES[data]
    assert card.figures[0].value == ON_ONE_SCALE[network][data]
    assert 'academic' in card.licence


def test_lost_weights_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    card = load_card('lwrf_resnet50_voc')
    with pytest.raises(HydranetError, match=r'lwrf_resnet50_voc are lost: .*give a copy'):
        resolve_model_file(card)
    with pytest.raises(HydranetError, match='lost'):
        Perception.load('lwrf_resnet50_voc')
    assert main(['models', 'download', 'lwrf_resnet50_voc']) == 1
    assert 'are lost' in capsys.readouterr().err
    assert main(['models', 'list']) == 0
    row = next(line for line in capsys.readouterr().out.splitlines() if card.name in line)
    assert ' lost ' in row
    assert main(['models', 'show', 'lwrf_resnet50_voc']) == 0
    assert 'closed' in capsys.readouterr().out


def test_an_official_checkpoint_stands_in_for_lost_weights(tmp_path: Path) -> None:
    state = official_state('lwrf_mobilenet_v2_voc')
    checkpoint = {
        'segmenter': {f'module.{key}': value for key, value in state.items()},
        'epoch': 1,
    }
    torch.save(checkpoint, tmp_path / 'mbv2_voc.ckpt')
    card = load_card('lwrf_mobilenet_v2_voc')
    file = resolve_model_file(card, tmp_path / 'mbv2_voc.ckpt')
    rgb = np.random.default_rng(0).integers(0, 256, (97, 131, 3), np.uint8)
    with Perception.load(card.name, weights=file, backend='onnxruntime') as perception:
        labels = perception.predict(rgb).labels
    image = ((rgb / 255 - card.mean) / card.std).astype(np.float32).transpose(2, 0, 1)
    with torch.inference_mode():
        logits = network_of(file)(torch.from_numpy(image[None]))['semantic']
        whole = F.interpolate(logits, rgb.shape[:2], mode='bilinear', align_corners=False)
    expected = whole[0].argmax(0).numpy()
    assert len(np.unique(expected)) > 1
    assert (labels != expected).mean() < 1e-3


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        ({'upsample': 'bicubic'}, "options are none of a network: 'bicubic'"),
        ({'upsampling': 'global'}, "options are none of a network: .*'upsampling'"),
        ({'largest': [1, 2, 3]}, 'options are none of a network'),
        (
            {'largest': [64, 20000]},
            r'largest is \[64, 20000\]; give \[height, width\].*64 to 16384',
        ),
        ({'largest': [63, 500]}, 'options are none of a network: largest'),
        ({'largest': [100.5, 500]}, 'options are none of a network: largest'),
        ({'largest': '99'}, 'options are none of a network: largest'),
        ({'encoder': 18}, 'options are none of a network: encoder is 18'),
        ('global', 'options must be a mapping'),
    ],
)
def test_wrong_options_are_told(options: object, message: str, tmp_path: Path) -> None:
    content = yaml.safe_load((models_dir() / 'lwrf_resnet50_voc.yaml').read_text())
    (tmp_path / 'mine.yaml').write_text(yaml.safe_dump({**content, 'options': options}))
    with pytest.raises(HydranetError, match=message):
        load_card(tmp_path / 'mine.yaml')
