# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""A whole training on the CPU: it learns, survives a kill bit for bit, runs in two processes.

GPUs, several machines and bf16 on a GPU are not verified here.
"""

import csv
from pathlib import Path
import re
import signal
from typing import Any

import pytest
import torch

from hydranet_ros.errors import HydranetError
from hydranet_ros.training.fit import fit

from .runs import checkpoint
from .runs import data as data
from .runs import DEADLINE_S
from .runs import one_thread as one_thread
from .runs import recipe
from .runs import started
from .runs import wait_for
from .runs import write_recipe


@pytest.fixture(scope='module')
def finished(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Train without an interruption."""
    out = tmp_path_factory.mktemp('finished')
    fit(recipe(out), data, out)
    return out


def test_a_run_leaves_its_state_and_its_log(finished: Path) -> None:
    rows = list(csv.DictReader((finished / 'log.csv').open()))
    assert [row['epoch'] for row in rows] == ['1', '2', '3']
    assert [row['step'] for row in rows] == ['3', '6', '9']
    assert float(rows[-1]['lr_decoder']) < float(rows[0]['lr_decoder'])
    for name in ('loss/semantic', 'loss/depth', 'images_per_s', 'labelled/mIoU', 'measured/RMSE'):
        assert float(rows[-1][name]) > 0, name
    assert list((finished / 'tensorboard').glob('events.*'))
    assert not list(finished.glob('*.part'))
    best = checkpoint(finished, 'best.ckpt')['callbacks']
    assert max(float(row['labelled/mIoU']) for row in rows) == pytest.approx(
        best['Checkpoints']['best']['value'], abs=1e-4
    )


def test_a_killed_run_goes_on_to_the_same_bits(
    data: Path, finished: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with started(write_recipe(tmp_path / 'recipe.yaml'), data, tmp_path / 'out') as process:
        wait_for(tmp_path / 'out' / 'last.ckpt', process)
    assert process.wait() == -signal.SIGKILL
    epochs = len((tmp_path / 'out' / 'log.csv').read_text().splitlines()) - 1
    assert epochs < 3, 'the run had ended before it could be killed'
    fit(recipe(tmp_path), data, tmp_path / 'out')
    assert 'going on from' in capfd.readouterr().err
    assert_same(checkpoint(tmp_path / 'out'), checkpoint(finished))


def test_a_finished_run_is_left_alone(data: Path, finished: Path) -> None:
    before = (finished / 'last.ckpt').read_bytes()
    fit(recipe(finished), data, finished)
    assert (finished / 'last.ckpt').read_bytes() == before


@pytest.mark.parametrize('devices', [1, 2])
def test_a_training_that_diverges_ends(data: Path, tmp_path: Path, devices: int) -> None:
    wild = {'lr_encoder': 1e30, 'lr_decoder': 1e30}
    path = write_recipe(tmp_path / 'recipe.yaml', optimiser=wild, devices=devices)
    with started(path, data, tmp_path / 'out') as process:
        output, _ = process.communicate(timeout=DEADLINE_S)
    assert process.returncode == 1, output
    assert re.search(r'hydranet: The loss of \w+ is no number any more in epoch 1', output), output
    assert 'Traceback' not in output
    assert not list((tmp_path / 'out').glob('*.ckpt'))


def test_a_run_of_another_recipe_is_refused(data: Path, finished: Path) -> None:
    other = {'lr_encoder': 0.001, 'lr_decoder': 0.02}
    with pytest.raises(HydranetError, match=r'optimiser.lr_decoder: 0.01 became 0.02'):
        fit(recipe(finished, optimiser=other), data, finished)
    fit(recipe(finished, workers=1), data, finished)


def test_a_damaged_checkpoint_is_told(data: Path, tmp_path: Path) -> None:
    (tmp_path / 'last.ckpt').write_bytes(b'not a checkpoint')
    with pytest.raises(HydranetError, match=r'last\.ckpt cannot be read'):
        fit(recipe(tmp_path), data, tmp_path)


def test_a_metric_that_nothing_gives_is_told_at_once(data: Path, tmp_path: Path) -> None:
    with pytest.raises(HydranetError, match=r'selects by miou, .*labelled/mIoU'):
        fit(recipe(tmp_path, select='miou'), data, tmp_path)


def test_missing_data_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(HydranetError, match='there is no folder'):
        fit(recipe(tmp_path), tmp_path / 'nowhere', tmp_path)


STREAM = {'crop': [32, 48], 'flip': False}
# Batch norm takes the statistics of each share, so they are frozen for the comparison.
SHARED: dict[str, Any] = {
    'tasks': ['semantic'],
    'depth': None,
    'validation': [{'set': 'folder:labelled', 'batch': 1}],
    'frozen_bn': True,
    'epochs': 2,
    'steps_per_epoch': 2,
    'ema': None,
}


def drawing(count: int) -> list[dict[str, Any]]:
    """Return a stream with so many images in a batch."""
    return [{**STREAM, 'data': [{'set': 'folder:labelled', 'batch': count}]}]


@pytest.fixture(scope='module')
def whole(data: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Train with batches of two in one process."""
    out = tmp_path_factory.mktemp('whole')
    fit(recipe(out, streams=drawing(2), **SHARED), data, out)
    return checkpoint(out)


def test_two_processes_share_a_step(data: Path, whole: dict[str, Any], tmp_path: Path) -> None:
    two = write_recipe(tmp_path / 'two.yaml', streams=drawing(1), devices=2, **SHARED)
    with started(two, data, tmp_path / 'out') as process:
        output, _ = process.communicate(timeout=DEADLINE_S)
    assert process.returncode == 0, output
    assert_close(checkpoint(tmp_path / 'out'), whole)
    assert (tmp_path / 'out' / 'model' / 'small.onnx').is_file()


def test_one_process_does_the_shares_of_two(
    data: Path, whole: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a machine with one GPU, of a recipe for two."""
    monkeypatch.setattr('hydranet_ros.training.fit.devices_to_use', lambda *_: 1)
    fit(recipe(tmp_path, streams=drawing(1), devices=2, **SHARED), data, tmp_path)
    assert_close(checkpoint(tmp_path), whole)


def assert_close(ours: dict[str, Any], theirs: dict[str, Any]) -> None:
    for key, value in ours['state_dict'].items():
        torch.testing.assert_close(value, theirs['state_dict'][key], rtol=1e-3, atol=1e-5)
    best = [state['callbacks']['Checkpoints']['best'] for state in (ours, theirs)]
    assert best[0]['metrics'] == pytest.approx(best[1]['metrics'], rel=1e-2)


def assert_same(ours: dict[str, Any], theirs: dict[str, Any]) -> None:
    for part in ('state_dict', 'current_model_state', 'averaging_state'):
        assert ours[part].keys() == theirs[part].keys()
        for key, value in ours[part].items():
            assert torch.equal(value, theirs[part][key]), f'{part}: {key}'
    assert ours['global_step'] == theirs['global_step']
    assert ours['epoch'] == theirs['epoch']
    states = [state['optimizer_states'][0]['state'] for state in (ours, theirs)]
    for index, state in states[0].items():
        assert torch.equal(state['momentum_buffer'], states[1][index]['momentum_buffer'])
    rows = [state['callbacks']['RunLog']['rows'] for state in (ours, theirs)]
    timing = ('seconds', 'images_per_s')
    stripped = [[{k: v for k, v in r.items() if k not in timing} for r in run] for run in rows]
    assert stripped[0] == stripped[1]
