# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""ImageNet classifiers in torchvision's layout as the start of an encoder.

The state dicts are written here: torchvision's own files were not at hand.
"""

from pathlib import Path

import pytest
import torch
from torch import nn

from hydranet_ros.errors import HydranetError
from hydranet_ros.networks.architectures import build_network
from hydranet_ros.networks.resnet import ResNet
from hydranet_ros.networks.vgg16 import CHANNELS
from hydranet_ros.networks.vgg16 import VGG16
from hydranet_ros.zoo.import_imagenet import load_encoder


def vgg_classifier() -> nn.Module:
    """Build VGG-16's layers as torchvision numbers them."""
    layers: list[nn.Module] = []
    channels = 3
    for widths in CHANNELS:
        for width in widths:
            layers += [nn.Conv2d(channels, width, 3, padding=1), nn.ReLU()]
            channels = width
        layers.append(nn.MaxPool2d(2, 2))
    return nn.ModuleDict({'features': nn.Sequential(*layers), 'classifier': nn.Linear(2, 2)})


@pytest.fixture
def resnet_file(tmp_path: Path) -> Path:
    torch.manual_seed(1)
    state = ResNet(50).state_dict()
    assert {'conv1.weight', 'layer1.0.downsample.0.weight', 'layer4.2.bn3.bias'} <= set(state)
    old = {key: value for key, value in state.items() if 'num_batches' not in key}
    torch.save({**old, 'fc.weight': torch.zeros(1000, 2048)}, tmp_path / 'resnet50.pth')
    return tmp_path / 'resnet50.pth'


def test_a_resnet_starts_the_encoder_and_nothing_else(resnet_file: Path) -> None:
    network = build_network('light_weight_refinenet_resnet50', {'semantic': 3})
    decoder = network.decoder.state_dict()['refinements.0.lateral.weight'].clone()
    load_encoder(network, resnet_file)
    stored = torch.load(resnet_file, weights_only=True)
    for key, value in network.encoder.state_dict().items():
        if 'num_batches' not in key:
            torch.testing.assert_close(value, stored[key], rtol=0, atol=0)
    assert torch.equal(network.decoder.state_dict()['refinements.0.lateral.weight'], decoder)


def test_a_vgg_starts_the_encoder(tmp_path: Path) -> None:
    torch.manual_seed(2)
    classifier = vgg_classifier()
    torch.save(classifier.state_dict(), tmp_path / 'vgg16.pth')
    encoder = VGG16()
    load_encoder(encoder, tmp_path / 'vgg16.pth')
    image = torch.randn(1, 3, 64, 64)
    with torch.inference_mode():
        torch.testing.assert_close(encoder(image), classifier['features'](image))


def test_wrong_weights_are_told(resnet_file: Path, tmp_path: Path) -> None:
    with pytest.raises(HydranetError, match=r'layer3\.6\.conv1\.weight is missing.*same depth'):
        load_encoder(ResNet(101), resnet_file)
    with pytest.raises(
        HydranetError, match=r"features\.0\.weight is missing.*torchvision's vgg16"
    ):
        load_encoder(VGG16(), resnet_file)
    with pytest.raises(HydranetError, match='no ImageNet weights .*none.pth'):
        load_encoder(ResNet(50), tmp_path / 'none.pth')
    with pytest.raises(HydranetError, match='of a Linear cannot be read'):
        load_encoder(nn.Linear(1, 1), resnet_file)
