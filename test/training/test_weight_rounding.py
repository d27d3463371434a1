# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Deployed weights are those that bf16 holds. What that does to an engine is judged elsewhere."""

import torch
from torch import nn

from hydranet_ros.networks.architectures import build_network
from hydranet_ros.networks.mobilenet_v2 import ConvBN
from hydranet_ros.training.weight_rounding import round_weights
from hydranet_ros.zoo.imagenet import STD


def network() -> nn.Module:
    torch.manual_seed(0)
    made = build_network('multitask_refinenet', {'semantic': 3, 'depth': 1})
    for module in made.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.uniform_(module.weight, 0.1, 3)
            nn.init.uniform_(module.running_var, 0.01, 2)
    return made


def test_folded_weights_are_of_bf16() -> None:
    made = network()
    before = {name: value.clone() for name, value in made.state_dict().items()}
    round_weights(made, STD)
    for name, module in made.named_modules():
        if isinstance(module, ConvBN):
            scale = module.bn.weight / torch.sqrt(module.bn.running_var + module.bn.eps)
            folded = module.conv.weight.double() * scale.double().view(-1, 1, 1, 1)
            if name == 'encoder.stem':
                folded = folded / (255 * torch.tensor(STD).view(1, 3, 1, 1))
            torch.testing.assert_close(folded, folded.bfloat16().double(), rtol=1e-6, atol=0)
        elif isinstance(module, nn.Conv2d) and not name.startswith('encoder'):
            assert torch.equal(module.weight, module.weight.bfloat16().float()), name
    after = made.state_dict()
    for name, value in before.items():
        torch.testing.assert_close(after[name], value, rtol=2**-8, atol=0)
    assert any(not torch.equal(after[name], value) for name, value in before.items())


def test_a_channel_that_batch_norm_closes_keeps_its_weights() -> None:
    made = network()
    block = made.get_submodule('encoder.stages.0.0.expand')
    assert isinstance(block, ConvBN)
    nn.init.zeros_(block.bn.weight)
    before = block.conv.weight.clone()
    round_weights(made, STD)
    assert torch.equal(block.conv.weight, before)
