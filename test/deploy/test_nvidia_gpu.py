# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Which GPU is named, over a program in nvidia-smi's place: the real one is not run."""

from collections.abc import Callable
from collections.abc import Iterator
from pathlib import Path

import pytest

from hydranet_ros.deploy.nvidia_gpu import gpu_name

UUIDS = ('GPU-1a2b0000', 'GPU-1a3c0000')
SMALL, LARGE = 'NVIDIA RTX A2000, 8.6', 'NVIDIA H200, 9.0'


@pytest.fixture
def gpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Put GPUs of such names into the machine; variables: CUDA's."""
    for name in ('CUDA_VISIBLE_DEVICES', 'CUDA_DEVICE_ORDER'):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv('PATH', str(tmp_path))

    def make(*names: str, **variables: str) -> None:
        lines = ''.join(f'{uuid}, {name}\n' for uuid, name in zip(UUIDS, names, strict=False))
        program = tmp_path / 'nvidia-smi'
        asked = '--query-gpu=uuid,name,compute_cap --format=csv,noheader'
        program.write_text(f'#!/bin/sh\n[ "$*" = "{asked}" ] && printf "{lines}"\n')
        program.chmod(0o755)
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        gpu_name.cache_clear()

    yield make
    gpu_name.cache_clear()


@pytest.mark.parametrize(
    ('names', 'visible', 'order', 'expected'),
    [
        ([SMALL], '', '', SMALL),
        ([SMALL, SMALL], '1', '', SMALL),
        ([SMALL, LARGE], '1,0', 'PCI_BUS_ID', LARGE),
        ([SMALL, LARGE], '', 'PCI_BUS_ID', SMALL),
        ([SMALL, LARGE], UUIDS[1], '', LARGE),
        ([SMALL, LARGE], 'GPU-1a3,GPU-1a2', '', LARGE),
    ],
)
def test_the_first_visible_gpu_is_named(
    gpus: Callable[..., None], names: list[str], visible: str, order: str, expected: str
) -> None:
    gpus(*names, CUDA_VISIBLE_DEVICES=visible, CUDA_DEVICE_ORDER=order)
    assert gpu_name() == expected


@pytest.mark.parametrize('visible', ['0', '1', '7', 'GPU-1a', 'MIG-5f6e'])
def test_what_only_cuda_can_tell_is_not_guessed(gpus: Callable[..., None], visible: str) -> None:
    gpus(SMALL, LARGE, CUDA_VISIBLE_DEVICES=visible)
    assert gpu_name() == f'{SMALL} or {LARGE} (CUDA_VISIBLE_DEVICES={visible})'


def test_without_the_program_there_is_a_name_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv('PATH', str(tmp_path))
    gpu_name.cache_clear()
    assert gpu_name()
    gpu_name.cache_clear()
