# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""`hydranet train` as typed: a teacher of its own first, then the training, then the model."""

import importlib.util
from pathlib import Path
import re
from typing import Any

import numpy as np
import pytest

from hydranet_ros import commands
from hydranet_ros.training.recipe_run import TEACHERS
from hydranet_ros.training.recipe_run import trained
from hydranet_ros.zoo.card import load_card
from hydranet_ros.zoo.model_file import load_onnx
from hydranet_ros.zoo.model_file import state_dict

from ..training.runs import RECIPE
from ..training.runs import write_data
from ..training.runs import write_recipe

QUICK: dict[str, Any] = {'epochs': 1, 'steps_per_epoch': 1, 'validation': [], 'select': None}
TEACHER: dict[str, Any] = {
    'name': 'teacher',
    'tasks': ['depth'],
    'classes': [],
    'streams': [{'crop': [32, 48], 'data': [RECIPE['streams'][0]['data'][1]]}],
}
ABSENT = [{'crop': [32, 48], 'data': [{'set': 'folder:absent', 'batch': 1}]}]


def train(*arguments: object) -> int:
    return commands.main(['train', *map(str, arguments)])


def test_a_recipe_trains_its_teacher_labels_trains_and_publishes(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    data, out = write_data(tmp_path / 'data'), tmp_path / 'out'
    teacher = write_recipe(tmp_path / 'teacher.yaml', **QUICK, **TEACHER)
    job = {'teacher': f'recipe:{teacher}', 'images': 'folder:labelled', 'out': 'teachers/depth'}
    taught = {'set': 'folder:labelled', 'batch': 1, 'annotations': [{'folder': 'teachers/depth'}]}
    student = write_recipe(
        tmp_path / 'student.yaml',
        **QUICK,
        prepare=[job],
        streams=[{'crop': [32, 48], 'data': [taught]}],
    )
    assert train(student, '--data', data, '--out', out) == 0
    printed = capfd.readouterr()
    card = load_card(Path(printed.out.splitlines()[-1]))
    assert [task.value for task in card.tasks] == ['semantic', 'depth']
    assert 'training teacher first' in printed.err
    assert 'teacher epoch 1/1' in printed.err
    assert 'small epoch 1/1' in printed.err
    assert len(list((out / 'teachers' / 'depth' / 'depth').glob('*.png'))) == 5
    monkeypatch.setattr('subprocess.run', lambda *_: pytest.fail('it is trained again'))
    assert trained(str(teacher), data, out / TEACHERS).is_file()


def test_a_recipe_goes_on_from_the_one_that_it_names(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    data, out = write_data(tmp_path / 'data'), tmp_path / 'fine'
    coarse = write_recipe(tmp_path / 'coarse.yaml', **QUICK, name='coarse')
    still = {'kind': 'sgd', 'lr_encoder': 1e-12, 'lr_decoder': 1e-12}
    fine = write_recipe(
        tmp_path / 'fine.yaml',
        **QUICK,
        name='fine',
        start={'recipe': str(coarse)},
        optimiser=still,
        frozen_bn=True,
        ema=None,
    )
    assert train(fine, '--data', data, '--out', out) == 0
    assert 'training coarse first' in capfd.readouterr().err
    begun, ended = (
        state_dict(load_onnx(folder / 'model' / f'{folder.name}.onnx'))
        for folder in (out / 'start' / 'coarse', out)
    )
    assert begun.keys() == ended.keys()
    for name, value in begun.items():
        np.testing.assert_allclose(ended[name], value, rtol=2**-7, atol=1e-6, err_msg=name)


def test_a_recipe_cannot_start_from_itself_or_from_another_network(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / 'round.yaml'
    write_recipe(path, name='round', start={'recipe': str(path)})
    assert train(path, '--data', write_data(tmp_path / 'data'), '--out', tmp_path / 'out') == 1
    assert 'The recipe round starts from itself (round)' in capsys.readouterr().err
    other = write_recipe(
        tmp_path / 'other.yaml', name='other', architecture='light_weight_refinenet_mobilenet_v2'
    )
    mine = write_recipe(tmp_path / 'mine.yaml', name='mine', start={'recipe': str(other)})
    assert train(mine, '--data', tmp_path / 'data', '--out', tmp_path / 'mine') == 1
    assert 'starts from other, which has another architecture' in capsys.readouterr().err


def test_there_must_be_something_to_publish(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert train(write_recipe(tmp_path / 'r.yaml'), '--out', tmp_path, '--publish') == 1
    assert 'best.ckpt to publish; train first' in capsys.readouterr().err


def test_a_failed_teacher_stops_the_student(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    teacher = write_recipe(tmp_path / 'teacher.yaml', **QUICK, **TEACHER | {'streams': ABSENT})
    job = {'teacher': f'recipe:{teacher}', 'images': 'folder:labelled', 'out': 'teachers/depth'}
    student = write_recipe(tmp_path / 'student.yaml', **QUICK, prepare=[job])
    data = write_data(tmp_path / 'data')
    assert train(student, '--data', data, '--out', tmp_path / 'out') == 1
    error = capfd.readouterr().err
    assert 'there is no folder' in error
    assert 'teacher was not trained to its end (status 1)' in error


@pytest.mark.parametrize(
    ('changes', 'message'),
    [
        ({'architecture': 'multitask_refinnet'}, 'There is no architecture multitask_refinnet'),
        ({'start': {'imagenet': 'absent.pth'}}, r'There are no weights .*absent\.pth'),
        ({'start': {'checkpoint': 'absent.ckpt'}}, r'There are no weights .*absent\.ckpt'),
        ({'start': {'model': 'absent.onnx'}}, r'There is no model file .*absent\.onnx'),
        ({'validation': [{'set': 'folder:absent'}]}, r'there is no folder .*absent'),
        ({'validation': [{'set': 'folder:labelled'}], 'select': 'RMSE'}, 'selects by RMSE'),
        ({'streams': TEACHER['streams'] + ABSENT}, r'there is no folder .*absent'),
    ],
)
def test_what_is_wrong_is_told_before_a_teacher_works(
    changes: dict[str, Any], message: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    job = {'teacher': 'recipe:street', 'images': 'folder:labelled', 'out': 'teachers/depth'}
    student = write_recipe(tmp_path / 'student.yaml', **QUICK | {'prepare': [job]} | changes)
    data = write_data(tmp_path / 'data')
    assert train(student, '--data', data, '--out', tmp_path / 'out') == 1
    error = capfd.readouterr().err
    assert re.search(message, error)
    assert 'training street first' not in error


@pytest.mark.parametrize(
    ('arguments', 'message'),
    [
        ([], 'There is no RECIPE'),
        (['stret'], "There is no recipe 'stret'"),
        (['street', '--split', 'train'], '--split belongs to --label'),
        (['--publish', '--label'], '--label needs'),
    ],
)
def test_wrong_arguments_are_told(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert train(*arguments) == 1
    assert message in capsys.readouterr().err


@pytest.mark.parametrize('missing', ['torch', 'lightning', 'tensorboard'])
def test_what_is_not_installed_is_named(
    missing: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    find = importlib.util.find_spec

    def hidden(name: str, *arguments: Any) -> Any:
        return None if name == missing else find(name, *arguments)

    monkeypatch.setattr(importlib.util, 'find_spec', hidden)
    assert train(write_recipe(tmp_path / 'recipe.yaml')) == 1
    error = capsys.readouterr().err
    assert f'Training needs {missing}, missing here.' in error
    assert 'hydranet_ros[train]' in error
