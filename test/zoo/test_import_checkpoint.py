# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Checkpoints of the 2018 format, damaged and hostile ones.

They are written here, by today's torch: the published files were never at hand.
"""

from collections import OrderedDict
from collections.abc import Callable
import os
from pathlib import Path
import pickle
import pickletools

import numpy as np
import pytest
import torch

from hydranet_ros.errors import HydranetError
from hydranet_ros.zoo import import_checkpoint
from hydranet_ros.zoo.import_checkpoint import read_checkpoint
from test.zoo.checkpoints import write_checkpoint_of_2018
from test.zoo.checkpoints import write_checkpoint_of_python2

STATE = OrderedDict(
    [
        ('conv.weight', torch.arange(24, dtype=torch.float32).reshape(2, 3, 2, 2)),
        ('bn.num_batches_tracked', torch.tensor(3)),
    ]
)
Writer = Callable[[Path, dict[str, torch.Tensor]], Path]


def assert_same(read: dict[str, torch.Tensor]) -> None:
    assert list(read) == list(STATE)
    for key, value in STATE.items():
        torch.testing.assert_close(read[key], value, rtol=0, atol=0)


@pytest.mark.parametrize('write', [write_checkpoint_of_2018, write_checkpoint_of_python2])
def test_checkpoint_of_2018(write: Writer, tmp_path: Path) -> None:
    path = write(tmp_path / 'net.ckpt', STATE)
    assert b'numpy.core.multiarray\nscalar' in path.read_bytes()
    assert_same(read_checkpoint(path))


def test_python2_pickle_is_one(tmp_path: Path) -> None:
    content = write_checkpoint_of_python2(tmp_path / 'net.ckpt', STATE).read_bytes()
    names = {
        opcode.name for opcode, _, _ in pickletools.genops(content[content.index(b'}q') - 2 :])
    }
    assert 'SHORT_BINSTRING' in names
    assert 'BINUNICODE' not in names


@pytest.mark.parametrize('zipped', [True, False])
@pytest.mark.parametrize('under_key', [True, False])
def test_formats_of_today(zipped: bool, under_key: bool, tmp_path: Path) -> None:
    content = {'state_dict': STATE, 'score': np.float64(1.5)} if under_key else dict(STATE)
    torch.save(content, tmp_path / 'net.pth', _use_new_zipfile_serialization=zipped)
    assert_same(read_checkpoint(tmp_path / 'net.pth'))


def test_prefix_of_data_parallel_is_removed(tmp_path: Path) -> None:
    torch.save({f'module.{key}': value for key, value in STATE.items()}, tmp_path / 'net.pth')
    assert_same(read_checkpoint(str(tmp_path / 'net.pth')))


def test_prefix_of_some_keys_is_a_name(tmp_path: Path) -> None:
    state = {**STATE, 'module.x': torch.zeros(1)}
    torch.save(state, tmp_path / 'net.pth')
    assert list(read_checkpoint(tmp_path / 'net.pth')) == list(state)


class Hostile:
    def __init__(self, target: Path) -> None:
        self.target = target

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return os.mkdir, (str(self.target),)


@pytest.mark.parametrize('zipped', [True, False])
def test_hostile_checkpoint_is_not_run(zipped: bool, tmp_path: Path) -> None:
    path, trap = tmp_path / 'net.ckpt', tmp_path / 'trap'
    content = {'state_dict': STATE, 'extra': Hostile(trap)}
    torch.save(content, path, _use_new_zipfile_serialization=zipped)
    with pytest.raises(HydranetError, match=r'refused: beside tensors it holds posix\.mkdir'):
        read_checkpoint(path)
    assert not trap.exists()
    torch.load(path, weights_only=False)
    assert trap.exists(), 'the trap must work where it is not refused'


def test_hostile_pickle_alone_is_not_run(tmp_path: Path) -> None:
    path, trap = tmp_path / 'net.ckpt', tmp_path / 'trap'
    path.write_bytes(pickle.dumps(Hostile(trap), protocol=2))
    with pytest.raises(HydranetError, match=r'net\.ckpt'):
        read_checkpoint(path)
    assert not trap.exists()


def test_whole_modules_are_refused(tmp_path: Path) -> None:
    torch.save(torch.nn.Linear(1, 1), tmp_path / 'net.pth')
    with pytest.raises(HydranetError, match=r'torch\.nn\.modules\.linear\.Linear.*state_dict'):
        read_checkpoint(tmp_path / 'net.pth')


@pytest.mark.parametrize('zipped', [True, False])
def test_truncated_file_is_told_wherever_it_ends(zipped: bool, tmp_path: Path) -> None:
    torch.save({'state_dict': STATE}, tmp_path / 'whole', _use_new_zipfile_serialization=zipped)
    content = (tmp_path / 'whole').read_bytes()
    path = tmp_path / 'net.ckpt'
    for length in range(0, len(content) - 1, max(1, len(content) // 60)):
        path.write_bytes(content[:length])
        with pytest.raises(HydranetError, match=r'net\.ckpt'):
            read_checkpoint(path)


@pytest.mark.parametrize(
    'content', [b'<html>404</html>', b'\x89PNG\r\n', b'PK\x03\x04', b'\x08\x0a']
)
def test_other_formats_are_told(content: bytes, tmp_path: Path) -> None:
    (tmp_path / 'net.ckpt').write_bytes(content)
    with pytest.raises(HydranetError, match='cannot be read as a torch checkpoint'):
        read_checkpoint(tmp_path / 'net.ckpt')


@pytest.mark.parametrize(
    'content', [{}, [], torch.zeros(1), {'state_dict': {}}, {1: torch.zeros(1)}, {'epoch': 3}]
)
def test_what_is_no_state_dict_is_told(content: object, tmp_path: Path) -> None:
    torch.save(content, tmp_path / 'net.ckpt')
    with pytest.raises(HydranetError, match='no state dict'):
        read_checkpoint(tmp_path / 'net.ckpt')


def test_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(HydranetError, match='There is no checkpoint'):
        read_checkpoint(tmp_path / 'net.ckpt')


def test_old_torch_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    torch.save(STATE, tmp_path / 'net.ckpt')
    monkeypatch.setattr(import_checkpoint.torch, '__version__', '2.5.1+cpu')
    with pytest.raises(HydranetError, match=r'torch 2\.6 or newer'):
        read_checkpoint(tmp_path / 'net.ckpt')
