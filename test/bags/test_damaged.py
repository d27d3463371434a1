# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Damaged bags: what could be read is written, and a sentence says what is wrong."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
import os
from pathlib import Path
import sqlite3
from tempfile import TemporaryDirectory

import pytest

from hydranet_ros.bags.reading import BagReader
from hydranet_ros.bags.reading import is_bag
from hydranet_ros.bags.reading import STORAGES
from hydranet_ros.bags.salvage import SqliteSalvage
from hydranet_ros.bags.types import make_typestore
from hydranet_ros.errors import HydranetError
from test.bags.conftest import ODD
from test.bags.conftest import Recorder
from test.bags.conftest import STAMPS
from test.bags.predict_command import contents
from test.bags.predict_command import of
from test.bags.predict_command import predict


def test_a_bag_that_ends_too_early_gives_what_it_has(drive, tmp_path, capsys):
    with sqlite3.connect(next(drive.glob('*.db3'))) as database:
        database.execute('DELETE FROM messages WHERE id > 7')
    out = tmp_path / 'out'
    assert predict(drive, out, '--topics', '/cam/image_raw') == 1
    assert 'announces 12 messages, but only 7 could be read' in capsys.readouterr().err
    assert len(of(out, '/cam/semantic')) == 2


@pytest.mark.parametrize('storage', ['sqlite3', 'mcap'])
def test_a_damaged_file_fails_with_one_line_or_gives_what_it_has(drive, tmp_path, capsys, storage):
    file = next(one for one in drive.iterdir() if one.suffix in ('.db3', '.mcap'))
    data = bytearray(file.read_bytes())
    data[len(data) // 3 : len(data) // 3 + 30_000] = bytes(30_000)
    file.write_bytes(data)
    out = tmp_path / 'out'
    assert predict(drive, out, '--topics', '/cam/image_raw') == 1
    said = capsys.readouterr().err
    assert f"the bag '{drive}'" in said
    assert 'Traceback' not in said
    assert not list(tmp_path.glob('*.part'))
    if out.exists():
        contents(out)


def test_a_damaged_image_costs_itself_alone(recorder, tmp_path, capsys):
    kind = 'sensor_msgs/msg/Image'
    whole = bytes(recorder.store.serialize_cdr(recorder.image(1), kind))
    messages = [
        ('/cam/image_raw', kind, recorder.image(0)),
        ('/cam/image_raw', kind, whole[: len(whole) // 2]),
        ('/cam/image_raw', kind, recorder.image(2)),
    ]
    bag = recorder.write(tmp_path / 'drive', 'sqlite3', messages)
    out = tmp_path / 'out'
    assert predict(bag, out) == 1
    assert '1 images were left out: /cam/image_raw' in capsys.readouterr().err
    assert [one.header.stamp.sec for one in of(out, '/cam/semantic')] == [7, 8]
    assert Counter(one[0] for one in contents(out))['/cam/image_raw'] == 3


def long_drive(recorder: Recorder, folder: Path, storage: str) -> Path:
    """Write 2.4 MB, which are three chunks of an .mcap."""
    messages = [
        message
        for _ in range(40)
        for number in range(3)
        for message in (
            ('/cam/image_raw', 'sensor_msgs/msg/Image', recorder.image(number)),
            ('/cam/camera_info', 'sensor_msgs/msg/CameraInfo', recorder.info(number)),
            ('/odd', ODD, recorder.odd(number)),
        )
    ]
    return recorder.write(folder / 'drive', storage, messages)


def file_of(bag: Path) -> Path:
    return next(one for one in bag.iterdir() if one.suffix in STORAGES)


@pytest.mark.parametrize('storage', ['sqlite3', 'mcap'])
@pytest.mark.parametrize('has_metadata', [True, False])
def test_of_a_file_that_is_cut_off_the_beginning_is_predicted(
    recorder, tmp_path, capsys, storage, has_metadata
):
    bag = long_drive(recorder, tmp_path, storage)
    before = contents(bag)
    file = file_of(bag)
    file.write_bytes(file.read_bytes()[: file.stat().st_size * 2 // 3])
    if not has_metadata:
        (bag / 'metadata.yaml').unlink()
    out = tmp_path / 'out'
    more = ('--limit', '2', '--outputs', 'semantic', '--topics', '/cam/image_raw')
    assert predict(bag, out, *more) == 1
    said = capsys.readouterr().err
    assert f"the bag '{bag}' cannot be opened as it is" in said
    assert 'What its files hold up to the damage was read.' in said
    kept = [one for one in contents(out) if one[0] != '/cam/semantic']
    assert 100 < len(kept) < len(before)
    assert kept == before[: len(kept)]
    assert len(of(out, '/cam/semantic')) == 2
    assert f'2 images predicted, {len(kept)} messages kept' in said


@pytest.mark.parametrize('storage', ['sqlite3', 'mcap'])
def test_a_whole_file_without_metadata_is_read_to_its_end(drive, tmp_path, capsys, storage):
    before = contents(drive)
    (drive / 'metadata.yaml').unlink()
    more = ('--topics', '/cam/image_raw', '--outputs', 'semantic')
    assert predict(drive, tmp_path / 'out', *more) == 1
    assert 'has no metadata.yaml, as its recording did not end' in capsys.readouterr().err
    kept = [one for one in contents(tmp_path / 'out') if one[0] != '/cam/semantic']
    assert Counter(kept) == Counter(before)
    assert predict(file_of(drive), tmp_path / 'of_file', *more) == 0


@pytest.mark.parametrize('storage', ['sqlite3', 'mcap'])
@pytest.mark.parametrize('content', [b'', b'RIFF', b'x' * 5000])
def test_a_foreign_file_is_said_and_leaves_nothing(drive, tmp_path, capsys, storage, content):
    file_of(drive).write_bytes(content)
    assert predict(drive, tmp_path / 'out', '--topics', '/cam/image_raw') == 1
    said = capsys.readouterr().err
    assert f"the bag '{drive}' cannot be opened" in said
    assert 'recover' in said
    assert 'Traceback' not in said
    assert sorted(path.name for path in tmp_path.iterdir()) == ['drive']


@pytest.mark.parametrize('text', ['hello', '- history: 99', '- history: [', 7])
def test_qos_that_is_none_costs_no_message(drive, tmp_path, capsys, text):
    """QoS texts that rosbags cannot read, each in its own way."""
    file = file_of(drive)
    with sqlite3.connect(file) as database:
        database.execute('UPDATE topics SET offered_qos_profiles = ?', (text,))
    more = ('--topics', '/cam/image_raw', '--outputs', 'semantic')
    assert predict(file, tmp_path / 'out', *more) == 1
    said = capsys.readouterr().err
    assert f"the bag '{file}' cannot be opened as it is" in said
    assert 'Traceback' not in said
    assert len(of(tmp_path / 'out', '/cam/semantic')) == 3
    assert len(contents(tmp_path / 'out')) == 12 + 3


def test_an_exception_of_any_kind_in_a_salvage_is_a_sentence(drive, monkeypatch):
    def fail(*args):
        raise AttributeError('odd')

    file = file_of(drive)
    file.write_bytes(b'')
    monkeypatch.setattr(SqliteSalvage, '_scan', fail)
    with pytest.raises(HydranetError, match='cannot be read: odd'):
        BagReader(file)


def test_metadata_that_is_none_does_not_hide_the_file(drive, tmp_path, capsys):
    (drive / 'metadata.yaml').write_text('rosbag2_bagfile_information: {version: five')
    more = ('--topics', '/cam/image_raw', '--outputs', 'semantic')
    assert predict(drive, tmp_path / 'out', *more) == 1
    assert 'cannot be opened as it is: Could not load YAML' in capsys.readouterr().err
    assert len(of(tmp_path / 'out', '/cam/semantic')) == 3


def test_several_files_without_metadata_are_read_in_turn(recorder, tmp_path):
    kind = 'sensor_msgs/msg/Image'
    bag = tmp_path / 'drive'
    for number in (0, 1):
        part = recorder.write(
            tmp_path / str(number), 'mcap', [('/image', kind, recorder.image(number))]
        )
        bag.mkdir(exist_ok=True)
        file_of(part).rename(bag / f'drive_{9 + number}.mcap')
    with BagReader(bag) as reader:
        assert [one.topic for one in reader.connections] == ['/image']
        read = [data for _, _, data in reader.messages()]
    store = make_typestore()
    stamps = [store.deserialize_cdr(data, kind).header.stamp.nanosec for data in read]
    assert stamps == [STAMPS[0][1], STAMPS[1][1]]


def test_a_bag_that_is_not_there_is_said(tmp_path):
    with pytest.raises(HydranetError, match='there is no bag'):
        BagReader(tmp_path / 'gone.mcap')


@contextmanager
def another_user() -> Iterator[None]:
    """Be nobody where the tests are run by root, who may read everything."""
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)


def test_a_folder_that_may_not_be_listed_is_said():
    with TemporaryDirectory() as name:
        folder = Path(name) / 'recorded'
        folder.mkdir()
        Path(name).chmod(0o755)
        folder.chmod(0)
        try:
            with another_user(), pytest.raises(HydranetError, match='recorded.*rights'):
                is_bag(folder)
        finally:
            folder.chmod(0o700)


def test_an_output_that_can_be_no_path_is_said_at_once(drive, tmp_path, capsys):
    assert predict(drive, tmp_path / (300 * 'o'), '--topics', '/cam/image_raw') == 1
    assert 'cannot be written' in capsys.readouterr().err
    assert sorted(path.name for path in tmp_path.iterdir()) == ['drive']
