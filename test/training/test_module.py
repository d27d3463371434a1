# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""What one training does beside the common case: several streams, options of batch norm, weights.

torch.compile and bf16 are run here on a CPU with a small network only.
"""

from pathlib import Path
from typing import Any

import pytest
import torch

from hydranet_ros.training.fit import fit
from hydranet_ros.training.module import TrainingModule
from hydranet_ros.training.start import load_start
from hydranet_ros.training.start import make_network

from .runs import checkpoint
from .runs import data as data
from .runs import RECIPE
from .runs import recipe
from .watched_fit import network_with_dropout

SHORT: dict[str, Any] = {
    'validation': [],
    'select': None,
    'ema': None,
    'epochs': 1,
    'steps_per_epoch': 1,
    'optimiser': {'lr_encoder': 0.01, 'lr_decoder': 0.01, 'momentum': 0.0, 'weight_decay': 0.0},
    'schedule': {'kind': 'constant'},
    'frozen_bn': True,
}
ENTRIES = RECIPE['streams'][0]['data']
PLAIN = {'crop': [32, 48], 'flip': False}


def trained(data: Path, out: Path, **changes: Any) -> dict[str, torch.Tensor]:
    out.mkdir(exist_ok=True)
    fit(recipe(out, **{**SHORT, **changes}), data, out)
    return dict(checkpoint(out)['state_dict'])


def test_a_step_adds_up_the_gradients_of_its_streams(data: Path, tmp_path: Path) -> None:
    """With plain SGD the change of one step is the sum of the changes of the streams alone."""
    streams = [{**PLAIN, 'data': [entry]} for entry in ENTRIES]
    common: dict[str, Any] = {
        'streams': streams,
        'start': {'decoder': 'scaled'},
        'frozen_bn': False,
    }
    both = trained(data, tmp_path / 'both', **common)
    begun = recipe(tmp_path, **common)
    network = make_network(begun)
    load_start(network, begun, data, [])
    before = network.state_dict()
    # A stream's seed is of its place, so the other one stays in it with no effect.
    alone = [
        trained(data, tmp_path / f'{i}', **common, losses={'fixed': fixed})
        for i, fixed in enumerate(({'depth': 0.0}, {'semantic': 0.0}))
    ]
    for key in ('lateral3.weight', 'heads.depth.out.weight', 'encoder.stem.conv.weight'):
        start = before[key]
        change = both[f'network.{key}'] - start
        parts = [one[f'network.{key}'] - start for one in alone]
        assert change.abs().max() > 0
        torch.testing.assert_close(change, parts[0] + parts[1], rtol=1e-3, atol=1e-7)


def test_frozen_batch_norm_keeps_its_statistics(data: Path, tmp_path: Path) -> None:
    key = 'network.encoder.stem.bn.running_mean'
    assert not trained(data, tmp_path / 'frozen')[key].any()
    later = trained(data, tmp_path / 'later', frozen_bn=False, freeze_bn_from_epoch=1, epochs=2)
    once = trained(data, tmp_path / 'once', frozen_bn=False)
    assert once[key].any()
    torch.testing.assert_close(later[key], once[key])
    assert int(later['network.encoder.stem.bn.num_batches_tracked']) == 1


def test_dropout_goes_on_after_an_interruption(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr('hydranet_ros.training.fit.make_network', network_with_dropout)
    whole = trained(data, tmp_path / 'whole', epochs=2)
    other = trained(data, tmp_path / 'other', epochs=2, seed=4)
    assert not torch.equal(whole['network.lateral8.weight'], other['network.lateral8.weight'])
    with monkeypatch.context() as patch:
        patch.setattr(TrainingModule, 'on_train_epoch_end', _interrupt)
        with pytest.raises(RuntimeError, match='interrupted'):
            trained(data, tmp_path / 'cut', epochs=2)
    cut = trained(data, tmp_path / 'cut', epochs=2)
    assert not [key for key, value in whole.items() if not torch.equal(value, cut[key])]


def _interrupt(module: TrainingModule) -> None:
    if module.current_epoch == 1:
        raise RuntimeError('interrupted')


def test_learned_task_weights_are_learned(data: Path, tmp_path: Path) -> None:
    state = trained(data, tmp_path, losses={'weighting': 'uncertainty'}, clip_norm=1.0)
    learned = {k: v for k, v in state.items() if k.startswith('task_weights.')}
    assert len(learned) == 2
    assert all(float(value) != 0 for value in learned.values())


def test_bf16_and_channels_last_train(data: Path, tmp_path: Path) -> None:
    state = trained(data, tmp_path, precision='bf16', channels_last=True)
    weight = state['network.heads.depth.out.weight']
    assert weight.dtype is torch.float32
    assert weight.isfinite().all()
