# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Two processes on the CPU share the steps of two streams, each with a task of its own.

NCCL, GPUs and several machines are not verified here.
"""

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from hydranet_ros.training.fit import fit
from hydranet_ros.training.start import network_weights

from . import watched_fit
from .runs import checkpoint
from .runs import data as data
from .runs import DEADLINE_S
from .runs import one_thread as one_thread
from .runs import RECIPE
from .runs import recipe
from .runs import running
from .runs import write_recipe

# One process moves them with each of the shares, two with one each.
STATISTICS = ('running_mean', 'running_var', 'num_batches_tracked')
TWO: dict[str, Any] = {
    'streams': [
        {'crop': [32, 48], 'flip': False, 'data': [{**entry, 'batch': 2}]}
        for entry in RECIPE['streams'][0]['data']
    ],
    'start': {'decoder': 'scaled', 'depth_m': 4.0},
    # Batch norm over so few pixels makes the encoder's gradients so large that roundings grow.
    'optimiser': {'lr_encoder': 1e-9, 'lr_decoder': 0.01, 'weight_decay': 0.0},
    'losses': {'fixed': {'depth': 0.1}},
    'epochs': 2,
    'steps_per_epoch': 2,
    'devices': 2,
}


@pytest.fixture(scope='module')
def shared(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Train in two processes."""
    folder = tmp_path_factory.mktemp('shared')
    path = write_recipe(folder / 'recipe.yaml', **TWO)
    with running(Path(watched_fit.__file__), path, data, folder / 'out') as process:
        output, _ = process.communicate(timeout=DEADLINE_S)
    assert process.returncode == 0, output
    return folder / 'out'


def test_streams_of_different_tasks_are_learned_as_in_one_process(
    data: Path, shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Dropout, too, is of the share and not of the process."""
    monkeypatch.setattr('hydranet_ros.training.fit.devices_to_use', lambda *_: 1)
    monkeypatch.setattr('hydranet_ros.training.fit.make_network', watched_fit.network_with_dropout)
    fit(recipe(tmp_path, **TWO), data, tmp_path)
    ours, theirs = (checkpoint(out)['current_model_state'] for out in (tmp_path, shared))
    for key, value in ours.items():
        if not key.endswith(STATISTICS):
            torch.testing.assert_close(value, theirs[key], rtol=1e-3, atol=5e-5)


def test_what_is_validated_is_what_is_kept(shared: Path) -> None:
    first, second = (torch.load(shared / f'validated.{rank}.pt') for rank in range(2))
    assert_equal(first, second)
    assert_equal(first, network_weights(checkpoint(shared)['state_dict']))
    assert first['encoder.stem.bn.running_mean'].any()


def assert_equal(ours: dict[str, Tensor], theirs: dict[str, Tensor]) -> None:
    assert ours.keys() == theirs.keys()
    assert not [key for key, value in ours.items() if not torch.equal(value, theirs[key])]
