# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Bags that we wrote, read by others: Python's sqlite3, the mcap package, rclpy's deserialization.

rosbag2 itself is not on the machines that run the tests.
"""

from collections import Counter
from pathlib import Path
import sqlite3

from mcap.reader import make_reader
import pytest
from rclpy.serialization import deserialize_message
from sensor_msgs.msg import CameraInfo
from sensor_msgs.msg import Image
from sensor_msgs.msg import PointCloud2
import yaml

from test.bags.conftest import FX
from test.bags.conftest import HEIGHT
from test.bags.conftest import STAMPS
from test.bags.conftest import WIDTH
from test.bags.predict_command import contents
from test.bags.predict_command import predict


def rows_of(bag: Path) -> list[tuple[str, str, int, bytes]]:
    """Read topic, type, time and CDR without rosbags."""
    metadata = yaml.safe_load((bag / 'metadata.yaml').read_text())['rosbag2_bagfile_information']
    (name,) = metadata['relative_file_paths']
    assert {path.name for path in bag.iterdir()} == {'metadata.yaml', name}
    if name.endswith('.mcap'):
        with (bag / name).open('rb') as stream:
            found = make_reader(stream, validate_crcs=True).iter_messages()
            rows = [(c.topic, s.name, m.log_time, m.data) for s, c, m in found]
    else:
        with sqlite3.connect(bag / name) as database:
            assert database.execute('PRAGMA integrity_check').fetchall() == [('ok',)]
            rows = database.execute(
                'SELECT topics.name, topics.type, messages.timestamp, messages.data FROM messages'
                ' JOIN topics ON messages.topic_id = topics.id ORDER BY messages.timestamp'
            ).fetchall()
    assert len(rows) == metadata['message_count']
    counts = {
        one['topic_metadata']['name']: one['message_count']
        for one in metadata['topics_with_message_count']
    }
    assert Counter(row[0] for row in rows) == counts
    return rows


@pytest.mark.parametrize('storage', ['sqlite3', 'mcap'])
def test_what_we_write_is_read_by_others(drive, tmp_path, storage):
    out = tmp_path / 'out'
    more = ('semantic', 'semantic/label_info', 'depth', 'depth/camera_info', 'points')
    assert predict(drive, out, '--topics', '/cam/image_raw', '--outputs', *more) == 0
    rows = rows_of(out)
    assert Counter(rows) == Counter(contents(out))
    assert '.part' not in (out / 'metadata.yaml').read_text()
    kinds = {
        '/cam/semantic': (Image, 'mono8', WIDTH * HEIGHT),
        '/cam/depth': (Image, '32FC1', 4 * WIDTH * HEIGHT),
    }
    for topic, (kind, encoding, size) in kinds.items():
        read = [deserialize_message(row[3], kind) for row in rows if row[0] == topic]
        assert [(one.encoding, len(one.data)) for one in read] == [(encoding, size)] * 3
        stamps = [(one.header.stamp.sec, one.header.stamp.nanosec) for one in read]
        assert stamps == STAMPS
    infos = [
        deserialize_message(r[3], CameraInfo) for r in rows if r[0].endswith('depth/camera_info')
    ]
    assert [one.k[0] for one in infos] == [FX] * 3
    clouds = [deserialize_message(r[3], PointCloud2) for r in rows if r[0] == '/cam/points']
    assert [(one.width, one.height) for one in clouds] == [(WIDTH, HEIGHT)] * 3
