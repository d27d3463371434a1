# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""`hydranet benchmark` as it is typed, on frames of a few pixels."""

from pathlib import Path
import sys

import pytest

from hydranet_ros.commands import main
from hydranet_ros.evaluation.results_file import read_results

QUICK = ('--backend', 'onnxruntime', '--precision', 'fp32', '--rounds', '2', '--frames', '2')
TINY = 'street:96x64'


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv('HYDRANET_CACHE', str(tmp_path / 'cache'))


def test_measures_writes_and_prints(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / 'results' / 'here.json'
    assert main(['benchmark', '--case', TINY, *QUICK, '--json', str(file)]) == 0
    printed = capsys.readouterr().out
    assert '| street 96x64, 11 classes | official pipeline |' in printed
    result = read_results(file)
    assert (result.rounds, result.frames, result.skipped) == (2, 2, ())
    assert main(['benchmark', '--table', str(file)]) == 0
    assert capsys.readouterr().out == printed


def test_without_baselines_on_a_picture_with_local_weights(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import cv2
    import numpy as np

    from hydranet_ros.resources import models_dir

    picture, file = tmp_path / 'one.png', tmp_path / 'here.json'
    cv2.imwrite(str(picture), np.zeros((50, 50, 3), np.uint8))
    weights = models_dir() / 'street' / 'street.onnx'
    case = f'{TINY}:{weights}'
    arguments = ['--case', case, *QUICK, '--no-baselines', '--image', str(picture)]
    assert main(['benchmark', *arguments, '--json', str(file)]) == 0
    assert 'official' not in capsys.readouterr().out
    (measured,) = read_results(file).cases
    assert (measured.width, measured.height, measured.image) == (96, 64, str(picture))
    assert [one.name for one in measured.variants] == ['onnxruntime fp32']


def test_batches(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / 'here.json'
    arguments = ['--case', TINY, *QUICK, '--no-baselines', '--batch', '1', '2', '2']
    assert main(['benchmark', *arguments, '--json', str(file)]) == 0
    printed = capsys.readouterr().out
    assert '| street 96x64, 11 classes, batch 2 | onnxruntime fp32 |' in printed
    assert 'a frame p50' in printed
    assert [case.batch for case in read_results(file).cases] == [1, 2]


def test_without_torch_the_baselines_are_left_out_and_said_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from hydranet_ros.deploy.engines import torch_engine

    monkeypatch.setattr(torch_engine, 'unavailable', lambda: 'torch is not installed')
    assert main(['benchmark', '--case', TINY, *QUICK]) == 0
    printed = capsys.readouterr()
    assert 'left out: baselines: torch is not installed' in printed.err
    assert 'official' not in printed.out
    assert main(['benchmark', '--case', TINY, *QUICK, '--baselines']) == 1
    assert 'torch is not installed' in capsys.readouterr().err


@pytest.mark.parametrize(
    ('arguments', 'words'),
    [
        (['--case', 'untraned:96x64', *QUICK], "'untraned'"),
        (['--case', f'{TINY}:nowhere.onnx', *QUICK], 'nowhere.onnx'),
        (['--case', TINY, *QUICK, '--image', 'nowhere.png'], 'nowhere.png'),
        (['--case', TINY, '--backend', 'gpu'], "no backend 'gpu'"),
        (['--case', TINY, *QUICK, '--json', '.'], "cannot write '.'"),
        (['--table', 'nowhere.json'], "cannot read 'nowhere.json'"),
    ],
)
def test_what_cannot_be_had(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(['benchmark', *arguments]) == 1
    message = capsys.readouterr().err
    assert words in message
    assert message.count('\n') == 1


@pytest.mark.parametrize(
    'arguments',
    [
        ['--case', 'kitti:1200'],
        ['--case', 'kitti:0x10'],
        ['--case', 'kitti:1200x350:'],
        ['--rounds', '0'],
        ['--batch', '0'],
        ['--frames', 'x'],
        ['--rate', '0'],
        ['--rate', 'nan'],
    ],
)
def test_mistyped(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(['benchmark', *arguments])
    assert caught.value.code == 2
    assert arguments[1] in capsys.readouterr().err


def test_node_needs_ros(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, 'rclpy', None)
    assert main(['benchmark', '--case', TINY, *QUICK, '--node']) == 1
    assert '--node needs ROS 2' in capsys.readouterr().err
