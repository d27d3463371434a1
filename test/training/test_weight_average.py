# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The moving average's own rule; that it survives a kill is tested with the whole training."""

import pytest
import torch
from torch import nn
from torch.optim.swa_utils import AveragedModel

from hydranet_ros.training.weight_average import MovingAverage


def test_the_decay_rises_to_its_value() -> None:
    model = nn.Linear(1, 1, bias=False)
    callback = MovingAverage(0.5)
    averaged = AveragedModel(model, use_buffers=True, **callback._kwargs)
    values = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0]
    expected = values[0]
    for count, value in enumerate(values):
        nn.init.constant_(model.weight, value)
        averaged.update_parameters(model)
        decay = min(0.5, (1 + count) / (10 + count))
        expected = decay * expected + (1 - decay) * value if count else value
        assert averaged.module.weight.item() == pytest.approx(expected)
    assert decay == 0.5


def test_statistics_are_averaged_and_counts_copied() -> None:
    model = nn.BatchNorm2d(1)
    averaged = AveragedModel(model, use_buffers=True, **MovingAverage(0.9)._kwargs)
    averaged.update_parameters(model)
    model(torch.full((1, 1, 2, 2), 5.0))
    averaged.update_parameters(model)
    assert 0 < averaged.module.running_mean.item() < model.running_mean.item()
    assert int(averaged.module.num_batches_tracked) == 1
