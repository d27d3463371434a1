# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""`hydranet models` as it is typed. Its downloads are tested in test/zoo."""

from pathlib import Path

import pytest

from hydranet_ros.commands import main
from hydranet_ros.zoo import list_cards
from hydranet_ros.zoo.model_file import read_model_file
from hydranet_ros.zoo.official_keys import DEFAULT_FAMILY
from hydranet_ros.zoo.official_keys import FAMILIES
from test.golden.networks import official_state
from test.zoo.checkpoints import write_checkpoint_of_2018


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv('HYDRANET_CACHE', str(tmp_path / 'cache'))
    monkeypatch.chdir(tmp_path)
    return tmp_path / 'cache'


@pytest.fixture(scope='module')
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp('checkpoint')
    return write_checkpoint_of_2018(folder / 'net.ckpt', official_state('multitask_kitti'))


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(['models', *arguments]) == 1
    return capsys.readouterr().err


@pytest.mark.parametrize('action', [['list'], []])
def test_list(action: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(['models', *action]) == 0
    header, *rows = capsys.readouterr().out.splitlines()
    assert header.split() == ['NAME', 'TASKS', 'CLASSES', 'DEPTH', 'METRIC', 'WEIGHTS', 'LICENCE']
    assert [row.split()[0] for row in rows] == list_cards()
    kitti = rows[list_cards().index('kitti')]
    for text in ('semantic,depth', ' 6 ', '0-80 m', 'yes', 'not downloaded', 'academic'):
        assert text in kitti
    assert 'installed' in rows[list_cards().index('street')]


@pytest.mark.parametrize('name', list_cards())
def test_show(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(['models', 'show', name]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith(f'{name}: ')
    assert 'verified by:   nothing' not in shown


def test_show_domains_and_figures(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(['models', 'show', 'nyud_kitti']) == 0
    shown = capsys.readouterr().out
    assert 'kitti, 6 classes, 0 to 80 m' in shown
    assert 'kitti class:     0 sky (128, 128, 128)' in shown
    assert 'mIoU 38.76 % on NYUDv2 test (arXiv 1809.04766, table VII)' in shown


def test_import(checkpoint: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(['models', 'import', str(checkpoint)]) == 0
    assert capsys.readouterr().out.strip() == 'net.onnx'
    file = read_model_file('net.onnx')
    assert (file.name, file.heads) == ('net', {'semantic': 6, 'depth': 1})
    assert 'exists' in refused(capsys, 'import', str(checkpoint))

    of_model = ['import', 'kitti', '--weights', 'net.onnx', '--out', 'there/kitti.onnx']
    assert main(['models', *of_model]) == 0
    assert Path('there/kitti.onnx').read_bytes() == Path('net.onnx').read_bytes()
    assert 'exists' in refused(capsys, *of_model)
    of_model[-1] = 'net.onnx/kitti.onnx'
    assert 'cannot be written' in refused(capsys, *of_model)


def test_wrong_use_is_told(checkpoint: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = ['--family', 'resnet', '--out', 'other.onnx']
    assert 'known: multitask' in refused(capsys, 'import', str(checkpoint), *other)
    assert not Path('other.onnx').exists()
    assert 'must end in .onnx' in refused(capsys, 'import', 'kitti', '--out', 'kitti')
    assert "no model 'nix'" in refused(capsys, 'show', 'nix')
    assert 'nothing to download' in refused(capsys, 'download', 'street')
    assert 'the card of kitti has it' in refused(capsys, 'import', 'kitti', *other[:2])
    assert '--weights' in refused(capsys, 'import', str(checkpoint), '--weights', str(checkpoint))
    with pytest.raises(SystemExit) as caught:
        main(['models', 'nix'])
    assert caught.value.code == 2


@pytest.mark.parametrize('path', ['x.ckpt', 'folder/x', '~nosuchuser/x.pth'])
@pytest.mark.parametrize('more', [[], ['--family', 'multitask']])
def test_a_checkpoint_that_is_not_there(
    path: str, more: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert f'There is no checkpoint {path}' in refused(capsys, 'import', path, *more)


def test_help_names_the_families(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(['models', 'import', '--help'])
    said = capsys.readouterr().out.replace('\n', ' ')
    for family in FAMILIES:
        assert f' {family}' in said
    assert next(iter(FAMILIES)) == DEFAULT_FAMILY
