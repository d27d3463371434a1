# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Encoders of timm. Where timm is missing or does not work, only the refusal is tested."""

from pathlib import Path
import sys

import pytest
import torch

from hydranet_ros.errors import HydranetError
from hydranet_ros.networks.architectures import build_network
from hydranet_ros.networks.options import NetworkOptions
from hydranet_ros.zoo.import_imagenet import load_encoder

ARCHITECTURE = 'light_weight_refinenet_timm'


def build(encoder: str) -> torch.nn.Module:
    return build_network(ARCHITECTURE, {'semantic': 5}, NetworkOptions(encoder=encoder))


def test_without_timm_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, 'timm', None)
    with pytest.raises(HydranetError, match=r'hydranet_ros\[timm\]'):
        build('mnasnet_100')


class TestWithTimm:
    @pytest.fixture(autouse=True)
    def _needs_timm(self) -> None:
        try:
            import timm  # noqa: F401
        except Exception as error:
            pytest.skip(f'timm cannot be imported here: {error}')

    @pytest.mark.parametrize('encoder', ['mnasnet_100', 'resnet18', 'convnext_atto'])
    def test_a_decoder_takes_its_maps(self, encoder: str) -> None:
        network = build(encoder).eval()
        with torch.inference_mode():
            output = network(torch.zeros(1, 3, 64, 96))['semantic']
        assert output.shape == (1, 5, 16, 24)

    def test_weights_of_a_classifier_are_loaded(self, tmp_path: Path) -> None:
        import timm

        torch.manual_seed(1)
        classifier = timm.create_model('mnasnet_100').eval()
        torch.save(classifier.state_dict(), tmp_path / 'classifier.pth')
        network = build('mnasnet_100').eval()
        load_encoder(network, tmp_path / 'classifier.pth')
        image = torch.randn(1, 3, 64, 64)
        with torch.inference_mode():
            expected = classifier.forward_features(image)
            deepest = network.encoder(image)[-1]
        assert deepest.shape[1] == 320
        stem = classifier.conv_stem.weight
        torch.testing.assert_close(network.encoder.body.conv_stem.weight, stem)
        assert expected.shape[2:] == deepest.shape[2:]

    def test_what_there_is_not_is_told(self) -> None:
        with pytest.raises(HydranetError, match='no model .mnasnet_1OO.; did you mean'):
            build('mnasnet_1OO')
        with pytest.raises(HydranetError, match='but none at 1/4'):
            build('vit_tiny_patch16_224')
        with pytest.raises(HydranetError, match=r'another layout \(NHWC\) .* takes \(NCHW\)'):
            build('swin_tiny_patch4_window7_224')
