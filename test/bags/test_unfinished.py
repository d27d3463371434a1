# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""A prediction that is interrupted, and the next one, which goes on from there."""

from collections import Counter
import os
import shutil
import signal
import time

import pytest
import yaml

from hydranet_ros.bags import unfinished
from hydranet_ros.errors import HydranetError
from hydranet_ros.perception import Perception
from hydranet_ros.resources import models_dir
from test.bags.predict_command import contents
from test.bags.predict_command import of
from test.bags.predict_command import predict

MORE = ('--topics', '/cam/image_raw')
JOB = 'sensor_msgs/msg/Image'


@pytest.fixture
def interrupt(monkeypatch):
    """Have Ctrl-C pressed while the image of that number is predicted, counted from 1."""

    def at(number: int, times: int = 1) -> None:
        calls = []
        predicted = Perception.predict

        def predict(*args, **kwargs):
            calls.append(None)
            if len(calls) == number:
                for _ in range(times):
                    os.kill(os.getpid(), signal.SIGINT)
                    time.sleep(0)  # Python handles the signal here
            return predicted(*args, **kwargs)

        monkeypatch.setattr(Perception, 'predict', predict)

    return at


@pytest.mark.parametrize('storage', ['sqlite3', 'mcap'])
def test_it_goes_on_and_gives_the_same_bag(
    drive, tmp_path, capsys, interrupt, storage, monkeypatch
):
    assert predict(drive, tmp_path / 'straight', *MORE) == 0
    capsys.readouterr()
    out = tmp_path / 'out'
    with monkeypatch.context():
        interrupt(2)
        assert predict(drive, out, *MORE) == 130
    said = capsys.readouterr().err
    assert f'2 images predicted, 5 messages kept: {out}.incomplete' in said
    assert 'the same command goes on from there' in said
    assert not out.exists()
    assert len(of(tmp_path / 'out.incomplete', '/cam/semantic')) == 2
    assert not list(tmp_path.glob('*.part'))

    interrupt(99)
    assert predict(drive, out, *MORE) == 0
    said = capsys.readouterr().err
    assert '3 images predicted, 12 messages kept' in said
    assert 'the first 5 messages were done by an interrupted run' in said
    assert Counter(contents(out)) == Counter(contents(tmp_path / 'straight'))
    assert [one[2] for one in contents(out)] == sorted(one[2] for one in contents(out))
    assert not (tmp_path / 'out.incomplete').exists()


def test_it_can_be_interrupted_again(drive, tmp_path, capsys, interrupt):
    out = tmp_path / 'out'
    interrupt(1)
    assert predict(drive, out, *MORE) == 130
    interrupt(1)
    assert predict(drive, out, *MORE) == 130
    assert '2 images predicted, 5 messages kept' in capsys.readouterr().err
    interrupt(99)
    assert predict(drive, out, *MORE) == 0
    assert len(of(out, '/cam/depth')) == 3
    assert sum(one[0] == '/cam/semantic/label_info' for one in contents(out)) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ['drive', 'out']


def test_what_another_command_left_is_not_touched(drive, tmp_path, capsys, interrupt):
    out = tmp_path / 'out'
    interrupt(2)
    assert predict(drive, out, *MORE) == 130
    left = contents(tmp_path / 'out.incomplete')
    assert predict(drive, out, *MORE, '--outputs', 'semantic') == 1
    assert 'was made of another bag, with another model or version, or' in capsys.readouterr().err
    assert contents(tmp_path / 'out.incomplete') == left
    assert not out.exists()


def test_another_card_of_the_same_name_does_not_go_on(drive, tmp_path, capsys, interrupt):
    card = tmp_path / 'street' / 'street.yaml'
    shutil.copytree(models_dir() / 'street', card.parent)
    more = (*MORE, '--model', str(card))
    interrupt(2)
    assert predict(drive, tmp_path / 'out', *more) == 130
    text = card.read_text(encoding='utf-8')
    other = yaml.safe_load(text)
    other['classes'][0]['name'] = 'another'
    card.write_text(yaml.safe_dump(other), encoding='utf-8')
    assert predict(drive, tmp_path / 'out', *more) == 1
    assert 'with another model or version' in capsys.readouterr().err
    card.write_text(text, encoding='utf-8')
    interrupt(99)
    assert predict(drive, tmp_path / 'out', *more) == 0


def test_another_version_does_not_go_on(drive, tmp_path, capsys, interrupt, monkeypatch):
    interrupt(2)
    assert predict(drive, tmp_path / 'out', *MORE) == 130
    monkeypatch.setattr(unfinished, '__version__', '0.0.1')
    assert predict(drive, tmp_path / 'out', *MORE) == 1
    assert 'with another model or version' in capsys.readouterr().err


def test_an_unfinished_bag_that_is_damaged_is_said(drive, tmp_path, capsys, interrupt):
    out = tmp_path / 'out'
    interrupt(2)
    assert predict(drive, out, *MORE) == 130
    (tmp_path / 'out.incomplete' / 'metadata.yaml').unlink()
    assert predict(drive, out, *MORE) == 1
    assert 'is damaged, so that this one cannot go on from it' in capsys.readouterr().err


def test_the_second_ctrl_c_breaks_off_at_once(drive, tmp_path, interrupt):
    before = signal.getsignal(signal.SIGINT)
    interrupt(2, times=2)
    assert predict(drive, tmp_path / 'out', *MORE) == 130
    assert sorted(path.name for path in tmp_path.iterdir()) == ['drive']
    assert signal.getsignal(signal.SIGINT) is before


def test_an_error_keeps_what_is_done_too(drive, tmp_path, capsys, monkeypatch):
    out = tmp_path / 'out'
    predicted, calls = Perception.predict, []

    def fail_at_the_third(*args, **kwargs):
        calls.append(None)
        if len(calls) == 3:
            raise HydranetError('the GPU has fallen off the bus.')
        return predicted(*args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(Perception, 'predict', fail_at_the_third)
        assert predict(drive, out, *MORE) == 1
    assert 'fallen off the bus' in capsys.readouterr().err
    assert predict(drive, out, *MORE) == 0
    assert 'the first 8 messages were done' in capsys.readouterr().err
    assert Counter(one[0] for one in contents(out))['/cam/image_raw'] == 3
    assert len(of(out, '/cam/semantic')) == 3


def test_what_was_said_of_the_first_part_is_said_again(recorder, tmp_path, capsys, interrupt):
    whole = bytes(recorder.store.serialize_cdr(recorder.image(1), JOB))
    messages = [
        ('/image', JOB, whole[: len(whole) // 2]),
        ('/image', JOB, recorder.image(0)),
        ('/image', JOB, recorder.image(2)),
    ]
    bag = recorder.write(tmp_path / 'drive', 'mcap', messages)
    interrupt(1)
    assert predict(bag, tmp_path / 'out', '--fx', '80') == 130
    interrupt(99)
    assert predict(bag, tmp_path / 'out', '--fx', '80') == 1
    assert capsys.readouterr().err.count('1 images were left out: /image') == 2


def test_what_a_killed_run_left_is_named(drive, tmp_path, caplog):
    draft = tmp_path / 'out.0123abcd.part'
    draft.mkdir()
    assert predict(drive, tmp_path / 'out', *MORE) == 0
    assert f"'{draft}' was left by a run that was killed" in caplog.text
    assert draft.is_dir()
