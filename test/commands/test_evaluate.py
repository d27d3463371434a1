# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""`hydranet evaluate` as it is typed, on the procedural street and a small KITTI."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from hydranet_ros.commands import main
from hydranet_ros.training.datasets.opening import READERS

from .without_torch import run_without_torch

FAST = ('--backend', 'onnxruntime', '--precision', 'fp32', '--input-scale', '0.2')
STREET = ('--model', 'street', '--data', 'street:1', *FAST)


@pytest.fixture
def kitti(tmp_path: Path) -> Path:
    """Three frames whose depth is known in few pixels."""
    root = tmp_path / 'kitti'
    for folder in ('image_02', 'depth_velo'):
        (root / folder).mkdir(parents=True)
    random = np.random.default_rng(0)
    for number in range(3):
        depth = np.zeros((40, 120), np.uint16)
        depth[20::4, ::6] = 256 * (5 + number)
        name = f'{number:010d}.png'
        cv2.imwrite(str(root / 'depth_velo' / name), depth)
        rgb = random.integers(0, 256, (40, 120, 3), np.uint8)
        cv2.imwrite(str(root / 'image_02' / name), rgb)
    return root


def test_the_help_names_every_kind_of_data(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(['evaluate', '--help'])
    printed = capsys.readouterr().out
    for kind in READERS:
        assert f'{kind}:PATH' in printed


def test_prints_tables_and_writes_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / 'new' / 'here.json'
    assert main(['evaluate', *STREET, '--json', str(file)]) == 0
    printed = capsys.readouterr().out
    written = json.loads(file.read_text())
    assert 0 < written['mIoU'] < 100
    assert f'| **mIoU of 11 classes** | {written["mIoU"]:.2f} |' in printed
    assert f'| model | {written["RMSE"]:.4f} |' in printed
    assert '| bicyclist |' in printed
    assert written['images'] == 1
    assert written['input_sizes'] == [[96, 128]]
    assert (written['engine'], written['precision']) == ('onnxruntime', 'fp32')
    assert len(written['weights']['sha256']) == 64
    assert written['semantic']['errors']['pixels'] <= 480 * 640


def test_depth_alone_with_the_median_of_another_split(
    kitti: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = ['--model', 'street', '--data', f'kitti:{kitti}', '--split', '1-2', *FAST[:4]]
    given += ['--baseline-split', '0-0', '--scale-median', '--fx', '700']
    assert main(['evaluate', *given]) == 0
    printed = capsys.readouterr().out
    assert f'5.00 m everywhere (median of kitti:{kitti}, split 0-0)' in printed
    assert 'each image scaled by its true median' in printed
    assert 'IoU' not in printed
    assert 'Depth: 200 pixels' in printed


def test_runs_without_torch(kitti: Path) -> None:
    given = ['--model', 'street', '--data', f'kitti:{kitti}', *FAST[:4]]
    done = run_without_torch('evaluate', *given)
    assert done.returncode == 0, done.stderr
    assert 'Depth: 300 pixels' in done.stdout


@pytest.mark.parametrize(
    ('arguments', 'words'),
    [
        (['--model', 'street', '--data', 'camvid:nowhere'], 'nowhere'),
        (['--model', 'street', '--data', 'camvit:here'], "did you mean 'camvid'"),
        (['--model', 'nope', '--data', 'street:1'], 'nope'),
        ([*STREET, '--split', '5-9'], '5-9'),
        ([*STREET, '--json', '.'], "cannot write '.'"),
        ([*STREET, '--weights', 'nowhere.onnx'], 'nowhere.onnx'),
    ],
)
def test_what_cannot_be_had(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(['evaluate', *arguments]) == 1
    message = capsys.readouterr().err
    assert words in message
    assert message.count('\n') == 1


@pytest.mark.parametrize(
    'arguments',
    [
        ['--data', 'street:1'],
        ['--model', 'street'],
        [*STREET, '--fx', '0'],
        [*STREET, '--pad-to', '32'],
        [*STREET, '--input-size', '350'],
    ],
)
def test_mistyped(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(['evaluate', *arguments])
    assert caught.value.code == 2
    assert 'usage: hydranet evaluate' in capsys.readouterr().err
