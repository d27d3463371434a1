# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""`hydranet diagnose` as it is typed, on the procedural street."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from hydranet_ros.commands import main
from test.training.datasets.trees import kitti

from .without_torch import run_without_torch

FAST = ('--backend', 'onnxruntime', '--precision', 'fp32', '--input-scale', '0.2')
STREET = ('--model', 'street', '--data', 'street:2', *FAST)
TABLES = (
    '| **mIoU of 11 classes** |',
    '**Relative entropy** by distance',
    '**Relative probability** by distance',
    '| class | 1-3 | 4-7 | 8-10 | 11-17 | 18-35 | > 35 |',
    '| true class | wrong pixels | localisation | similar | other |',
    '| predicted class |',
    '| of class | said to be |',
    '| if all of this were mended | mIoU % | gain |',
    '**IoU of instances by size**',
    '**IoU of instances by aspect ratio**',
    '**IoU of instances by truncation**',
    '| property | classes | recall: sensitivity |',
    '8-connected components',
)


def no_constant(name: str) -> None:
    raise AssertionError(f'{name} is no JSON')


def test_tables_json_and_pictures(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, out = tmp_path / 'new' / 'here.json', tmp_path / 'worst'
    more = ('--json', str(file), '--out', str(out), '--pictures', '1')
    assert main(['diagnose', *STREET, *more]) == 0
    printed = capsys.readouterr().out
    for table in TABLES:
        assert table in printed
    written = json.loads(file.read_text(), parse_constant=no_constant)
    assert f'| **mIoU of 11 classes** | {written["mIoU"]:.2f} |' in printed
    assert sum(written['errors']['overall']['shares'].values()) == pytest.approx(1)
    boxes = written['uncertainty']['relative_entropy'][0]['boxes']
    assert boxes[0]['points'] > 0
    assert 0 <= boxes[0]['low'] <= boxes[0]['median'] <= boxes[0]['high'] <= 1
    (picture,) = out.iterdir()
    assert written['pictures'] == [picture.name]
    assert cv2.imread(str(picture)).shape[1] == 3 * 480 + 2 * 6


def test_earlier_pictures_are_kept_unless_they_may_be_replaced(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = tmp_path / 'notes.png'
    for name in ('01_street_9.png', '02_street_9.png', kept.name):
        (tmp_path / name).write_text(name)
    given = ['diagnose', *STREET, '--out', str(tmp_path), '--pictures', '1']
    assert main(given) == 1
    printed = capsys.readouterr()
    assert 'has 2 pictures already, such as 01_street_9.png' in printed.err
    assert not printed.out, 'it is refused before the run'
    assert (tmp_path / '01_street_9.png').read_text() == '01_street_9.png'
    assert main([*given, '--overwrite']) == 0
    picture, rest = sorted(tmp_path.iterdir())
    assert picture.name.startswith('01_street_')
    assert cv2.imread(str(picture)) is not None
    assert rest == kept


def test_a_folder_that_cannot_be_written_is_refused_before_the_run(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(['diagnose', *STREET, '--out', '/proc']) == 1  # not even root may write there
    printed = capsys.readouterr()
    assert 'cannot write in' in printed.err
    assert not printed.out


def test_a_picture_that_cannot_be_written_costs_no_figure(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, out = tmp_path / 'here.json', tmp_path / 'worst'
    (out / '01_in_the_way.png').mkdir(parents=True)
    more = ('--json', str(file), '--out', str(out), '--overwrite')
    assert main(['diagnose', *STREET, *more]) == 1
    printed = capsys.readouterr()
    assert 'cannot remove' in printed.err
    assert TABLES[0] in printed.out
    assert json.loads(file.read_text())['pictures']


def test_runs_without_torch_and_writes_nothing_unasked(tmp_path: Path) -> None:
    done = run_without_torch('diagnose', *STREET)
    assert done.returncode == 0, done.stderr
    assert '| if all of this were mended' in done.stdout
    assert not list(tmp_path.iterdir())


def test_a_folder_whose_images_differ_in_size_and_labels(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for number, size in enumerate(((40, 60), (50, 60), (40, 60))):
        for folder, image in (
            ('rgb', np.full((*size, 3), 90, np.uint8)),
            ('labels', np.full(size, number, np.uint8)),
        ):
            (tmp_path / folder).mkdir(exist_ok=True)
            assert cv2.imwrite(str(tmp_path / folder / f'{number}.png'), image)
    (tmp_path / 'labels' / '1.png').unlink()
    text = 'classes: [{name: car, color: [1, 2, 3]}, {name: cat, color: [4, 5, 6]}, '
    text += '{name: sky, color: [7, 8, 9]}]\npartial: true\n'
    (tmp_path / 'dataset.yaml').write_text(text)
    given = ['--model', 'street', '--data', f'folder:{tmp_path}', *FAST[:4]]
    assert main(['diagnose', *given, '--pad-to', '32']) == 0
    printed = capsys.readouterr().out
    assert 'does not know these classes of the data set: cat' in printed
    assert '`similar` are left out' in printed
    assert 'nan' not in printed


@pytest.mark.parametrize(
    ('arguments', 'words'),
    [
        (['--data', 'camvid:nowhere'], 'nowhere'),
        (['--split', '5-9'], '5-9'),
        (['--bins', '5,3'], 'rising whole numbers'),
        (['--bins', '0'], 'rising whole numbers'),
        (['--groups', 'nowhere.yaml'], 'nowhere.yaml'),
        (['--json', '.'], "cannot write '.'"),
        (['--json', '/proc/here.json'], "cannot write in '/proc'"),
        (['--backend', 'torch2trt'], 'torch2trt'),
        (['--pictures', '3'], '--pictures is about pictures; say where with --out DIR'),
        (['--overwrite'], '--overwrite is about pictures; say where with --out DIR'),
    ],
)
def test_what_cannot_be_had(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(['diagnose', *STREET, *arguments]) == 1
    message = capsys.readouterr().err
    assert words in message
    assert message.count('\n') == 1


def test_a_set_without_labels(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = f'kitti:{kitti(tmp_path)}'
    assert main(['diagnose', '--model', 'street', '--data', data]) == 1
    assert f'{data} annotates depth and no classes' in capsys.readouterr().err


@pytest.mark.parametrize(
    'arguments',
    [
        ['--bins', '3,x'],
        ['--bins', ''],
        ['--radius', '-1'],
        ['--pictures', '0'],
        ['--pad-to', '32', '--input-size', '64x64'],
    ],
)
def test_mistyped(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(['diagnose', *STREET[:4], *arguments])
    assert caught.value.code == 2
    assert 'usage: hydranet diagnose' in capsys.readouterr().err
