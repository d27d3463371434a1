# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""`hydranet predict BAG`: our topics added, the rest as it was, in both storage formats.

What is written is read by rosbags, as it was written; by others in test_other_readers.
"""

from collections import Counter
from pathlib import Path
import shutil

import numpy as np
import pytest
from rosbags.interfaces import MessageDefinition
from rosbags.interfaces import MessageDefinitionFormat
from rosbags.rosbag2 import Reader
from rosbags.rosbag2 import StoragePlugin
from rosbags.rosbag2 import Writer
from rosbags.rosbag2.enums import CompressionFormat
from rosbags.rosbag2.enums import CompressionMode
from sensor_msgs.msg import CameraInfo
from sensor_msgs.msg import PointCloud2
import yaml
import zstandard

from hydranet_ros.bags.choices import DEFAULT
from hydranet_ros.bags.reading import BagReader
from hydranet_ros.bags.reading import is_bag
from hydranet_ros.bags.reading import STORAGES
from hydranet_ros.bags.stream import beside
from hydranet_ros.bags.stream import TOPICS
from hydranet_ros.bags.types import definition_of
from hydranet_ros.bags.types import make_typestore
from hydranet_ros.bags.writing import BagWriter
from hydranet_ros.errors import HydranetError
from hydranet_ros.perception import Perception
from hydranet_ros.point_cloud import POINT
from test.bags.conftest import FX
from test.bags.conftest import HEIGHT
from test.bags.conftest import picture
from test.bags.conftest import Recorder
from test.bags.conftest import STAMPS
from test.bags.conftest import WIDTH
from test.bags.predict_command import contents
from test.bags.predict_command import of
from test.bags.predict_command import predict


@pytest.fixture(scope='module')
def perception():
    with Perception.load('street', backend='onnxruntime', precision='fp32') as perception:
        yield perception


@pytest.mark.parametrize('storage', ['sqlite3', 'mcap'])
def test_our_topics_are_added_and_the_rest_is_kept(drive, tmp_path, perception, storage):
    out = tmp_path / 'new' / 'out'
    assert predict(drive, out, '--topics', '/cam/image_raw') == 0
    before, after = contents(drive), contents(out)
    ours = {f'/cam/{name}' for name in DEFAULT}
    assert Counter(one for one in after if one[0] not in ours) == Counter(before)
    numbers = Counter(topic for topic, *_ in after)
    assert {topic: numbers[topic] for topic in ours} == (
        dict.fromkeys(ours, 3) | {'/cam/semantic/label_info': 1}
    )
    recorded = [at for topic, _, at, _ in before if topic == '/cam/image_raw']
    for topic in ours - {'/cam/semantic/label_info'}:
        assert [at for name, _, at, _ in after if name == topic] == recorded
    labels, depths = of(out, '/cam/semantic'), of(out, '/cam/depth')
    for number, (label, depth) in enumerate(zip(labels, depths, strict=True)):
        assert label.header == depth.header
        assert (label.header.stamp.sec, label.header.stamp.nanosec) == STAMPS[number]
        assert label.header.frame_id == 'cam_optical'
        assert (label.height, label.width, label.encoding) == (HEIGHT, WIDTH, 'mono8')
        expected = perception.predict(picture(number), fx=FX)
        assert bytes(label.data) == expected.labels.tobytes()
        assert (depth.encoding, depth.step) == ('32FC1', 4 * WIDTH)
        assert bytes(depth.data) == expected.depth.tobytes()
    assert [one.k[0] for one in of(out, '/cam/depth/camera_info', CameraInfo)] == [FX] * 3


def test_everything_can_be_asked_for(drive, tmp_path, perception):
    out = tmp_path / 'out'
    topics = ('--topics', '/cam/image_raw', '/zip/image/compressed')
    names = [name for name in TOPICS if not name.startswith('normals')]
    assert predict(drive, out, *topics, '--outputs', *names) == 1  # zip has no camera_info
    assert {f'/cam/{name}' for name in names} <= {one[0] for one in contents(out)}
    cloud = of(out, '/cam/points', PointCloud2)[1]
    points = np.frombuffer(bytes(cloud.data), POINT).reshape(cloud.height, cloud.width)
    expected = perception.predict(picture(1), fx=FX)
    np.testing.assert_array_equal(points['z'], expected.depth)
    np.testing.assert_array_equal(points['label'], expected.labels)
    color = np.frombuffer(bytes(of(out, '/cam/semantic/color')[1].data), np.uint8)
    np.testing.assert_array_equal(
        color.reshape(HEIGHT, WIDTH, 3), perception.palette[expected.labels]
    )
    # The compressed topic has the same pictures, and no camera_info beside it.
    plain = perception.predict(picture(1))
    assert bytes(of(out, '/zip/depth')[1].data) == plain.depth.tobytes()
    assert not of(out, '/zip/points', PointCloud2)


def test_the_classes_are_named(drive, tmp_path, perception):
    out = tmp_path / 'out'
    assert (
        predict(drive, out, '--topics', '/cam/image_raw', '--outputs', 'semantic/label_info') == 0
    )
    ((data, kind),) = [
        (data, kind) for name, kind, _, data in contents(out) if name.endswith('label_info')
    ]
    message = make_typestore().deserialize_cdr(data, kind)
    assert [one.class_name for one in message.class_map] == [
        one.name for one in perception.classes
    ]
    assert [one.class_id for one in message.class_map] == list(range(len(perception.classes)))


def test_a_focal_length_of_the_user_wins(drive, tmp_path, perception):
    out = tmp_path / 'out'
    assert predict(drive, out, '--topics', '/cam/image_raw', '--fx', '200', '--limit', '1') == 0
    (depth,) = of(out, '/cam/depth')
    assert bytes(depth.data) == perception.predict(picture(0), fx=200.0).depth.tobytes()
    assert len(of(out, '/cam/image_raw')) == 3


def camera(recorder: Recorder, folder: Path, *infos) -> Path:
    """Write a bag of camera_info (messages or bytes) and one image after them."""
    kind = 'sensor_msgs/msg/CameraInfo'
    messages = [
        *(('/cam/camera_info', kind, one) for one in infos),
        ('/cam/image_raw', 'sensor_msgs/msg/Image', recorder.image(0)),
    ]
    return recorder.write(folder / 'drive', 'sqlite3', messages)


def test_depth_that_is_not_in_the_metres_of_the_camera_is_said(recorder, tmp_path, capsys):
    bag = camera(recorder, tmp_path)
    assert predict(bag, tmp_path / 'out') == 1
    said = capsys.readouterr().err
    assert 'canonical camera, not in those of this one: no camera_info was read from /cam/' in said
    assert 'no depth/camera_info for some images: no camera_info was read' in said
    assert predict(bag, tmp_path / 'semantic', '--outputs', 'semantic') == 0
    assert predict(bag, tmp_path / 'known', '--fx', '80') == 0


def test_camera_info_of_another_size_is_said(recorder, tmp_path, capsys):
    bag = camera(recorder, tmp_path, recorder.info(0, width=2 * WIDTH))
    assert predict(bag, tmp_path / 'out') == 1
    said = capsys.readouterr().err
    assert f'those of this one: camera_info is for {2 * WIDTH}x{HEIGHT}, the images are' in said
    assert 'no depth/camera_info for some images: camera_info is for' in said


def test_an_uncalibrated_camera_is_said(recorder, tmp_path, capsys):
    info = recorder.info(0)
    info.k[:] = 0
    bag = camera(recorder, tmp_path, info)
    assert predict(bag, tmp_path / 'out') == 1
    assert 'those of this one: camera_info states no fx. Or give --fx.' in capsys.readouterr().err
    assert len(of(tmp_path / 'out', '/cam/depth/camera_info', CameraInfo)) == 1


def test_a_damaged_camera_info_is_said_once_and_is_no_image(recorder, tmp_path, capsys):
    bag = camera(recorder, tmp_path, b'\0\1\0\0\7', b'\0\1\0\0\7')
    assert predict(bag, tmp_path / 'out', '--outputs', 'semantic') == 1
    said = capsys.readouterr().err
    assert said.count('a camera_info of /cam/camera_info is damaged and was not used.') == 1
    assert 'left out' not in said
    assert '1 images predicted, 3 messages kept' in said


def test_the_network_runs_only_where_an_output_needs_it(
    recorder, tmp_path, capsys, perception, monkeypatch
):
    calls = []
    predicted = Perception.predict
    monkeypatch.setattr(
        Perception, 'predict', lambda *a, **k: calls.append(k['wanted']) or predicted(*a, **k)
    )
    bag = camera(recorder, tmp_path, recorder.info(0))
    names = ('semantic/label_info', 'depth/camera_info')
    assert predict(bag, tmp_path / 'out', '--outputs', *names) == 0
    assert '0 images predicted, 2 messages kept' in capsys.readouterr().err
    assert not calls
    assert len(of(tmp_path / 'out', '/cam/depth/camera_info', CameraInfo)) == 1
    assert predict(bag, tmp_path / 'depth', '--outputs', 'depth') == 0
    assert calls == [{'depth'}]


def test_a_bag_is_never_overwritten_and_home_is_known(drive, tmp_path, capsys, monkeypatch):
    assert predict(drive, tmp_path / 'out', '--overwrite', '--model', 'nope') == 1
    assert '--overwrite is not for bags' in capsys.readouterr().err
    monkeypatch.setenv('HOME', str(tmp_path))
    more = ('--topics', '/cam/image_raw', '--outputs', 'semantic')
    assert predict(drive, Path('~/out'), *more) == 0
    assert (tmp_path / 'out' / 'metadata.yaml').is_file()


def test_a_bag_that_cannot_be_begun_leaves_nothing(drive, tmp_path):
    with BagReader(drive) as reader:
        one = reader.connections[0]
        reader.connections.append(one._replace(id=99, topic='/odd2', ext=None))
        with pytest.raises(HydranetError, match='cannot be written'):
            BagWriter(tmp_path / 'out', reader)
    assert sorted(path.name for path in tmp_path.iterdir()) == ['drive']


@pytest.mark.parametrize('storage', ['sqlite3', 'mcap'])
def test_files_that_are_compressed_as_a_whole_keep_their_storage(recorder, tmp_path, storage):
    bag = recorder.write(
        tmp_path / 'plain', storage, [('/image', 'sensor_msgs/msg/Image', recorder.image(0))]
    )
    (file,) = (one for one in bag.iterdir() if one.suffix in STORAGES)
    compressor = zstandard.ZstdCompressor()
    packed = file.with_name(file.name + '.zstd')
    packed.write_bytes(compressor.compress(file.read_bytes()))
    file.unlink()
    metadata = yaml.safe_load((bag / 'metadata.yaml').read_text())
    metadata['rosbag2_bagfile_information'] |= {
        'compression_format': 'zstd',
        'compression_mode': 'FILE',
        'relative_file_paths': [packed.name],
    }
    (bag / 'metadata.yaml').write_text(yaml.safe_dump(metadata))
    with BagReader(bag) as reader:
        assert reader.storage == storage
        assert len(list(reader.messages())) == 1
    (bag / 'metadata.yaml').unlink()
    assert is_bag(bag)


@pytest.mark.parametrize(
    ('more', 'says'),
    [
        ((), 'say which image topics'),
        (('--topics', '/nope'), 'no image topic /nope; its image topics: /cam/image_raw'),
        (('--topics', '/odd'), 'no image topic /odd'),
        (('--topics', '/cam/image_raw', '--outputs', 'normals'), 'no output normals'),
    ],
)
def test_what_cannot_be_is_said_and_leaves_nothing(drive, tmp_path, capsys, more, says):
    assert predict(drive, tmp_path / 'out', *more) == 1
    assert says in capsys.readouterr().err
    assert sorted(path.name for path in tmp_path.iterdir()) == ['drive']


def test_a_topic_is_never_written_over(recorder: Recorder, tmp_path, capsys):
    kind = 'sensor_msgs/msg/Image'
    messages = [
        ('/cam/image_raw', kind, recorder.image(0)),
        ('/cam/depth', kind, recorder.image(0)),
    ]
    bag = recorder.write(tmp_path / 'drive', 'sqlite3', messages)
    assert predict(bag, tmp_path / 'out', '--topics', '/cam/image_raw') == 1
    said = capsys.readouterr().err
    assert '/cam/depth, where depth of /cam/image_raw would go, exists' in said
    assert 'bag convert' not in said  # it cannot rename topics; playing can
    assert 'ros2 bag play --remap' in said
    assert sorted(path.name for path in tmp_path.iterdir()) == ['drive']
    without = ('--topics', '/cam/image_raw', '--outputs', 'semantic')
    assert predict(bag, tmp_path / 'out', *without) == 0


def test_a_bag_that_exists_is_left(drive, tmp_path, capsys):
    shutil.copytree(drive, tmp_path / 'out')
    assert predict(drive, tmp_path / 'out', '--topics', '/cam/image_raw') == 1
    assert 'exists already' in capsys.readouterr().err
    assert contents(tmp_path / 'out') == contents(drive)


def test_topics_belong_to_a_bag(tmp_path, capsys):
    assert predict('street', tmp_path / 'out', '--limit', '1', '--topics', '/cam/image_raw') == 1
    assert 'belong to a bag' in capsys.readouterr().err


def test_names_beside_the_images():
    assert beside('/cam/image_raw', 'semantic') == '/cam/semantic'
    assert beside('/image', 'depth/color') == '/depth/color'
    assert beside('/front/image_raw/compressed', 'depth') == '/front/depth'


def test_what_is_a_bag(drive, tmp_path):
    assert is_bag(drive)
    assert is_bag(tmp_path / 'gone.mcap')
    assert not is_bag(tmp_path)
    assert not is_bag(tmp_path / 'street')


def test_a_bag_of_humble_has_no_definitions_and_gets_those_that_are_known(drive):
    with BagReader(drive) as reader:
        recorded = {one.topic: one for one in reader.connections}
    bare = {
        topic: one._replace(msgdef=MessageDefinition(MessageDefinitionFormat.NONE, ''), digest='')
        for topic, one in recorded.items()
    }
    store = make_typestore()
    definition, digest = definition_of(bare['/cam/image_raw'], store)
    assert digest == recorded['/cam/image_raw'].digest
    assert 'uint32 height' in definition
    assert definition_of(bare['/odd'], store) == ('', 'RIHS01_' + 64 * '0')
    assert definition_of(recorded['/odd'], store)[1] == recorded['/odd'].digest


@pytest.mark.parametrize('storage', ['sqlite3', 'mcap'])
def test_compressed_messages_stay_so(recorder, tmp_path, storage):
    bag = tmp_path / 'drive'
    writer = Writer(bag, version=9, storage_plugin=StoragePlugin[storage.upper()])
    writer.set_compression(CompressionMode.MESSAGE, CompressionFormat.ZSTD)
    with writer:
        kind = 'sensor_msgs/msg/Image'
        one = writer.add_connection('/image', kind, typestore=recorder.store)
        writer.write(one, 10**18, recorder.store.serialize_cdr(recorder.image(0), kind))
    assert predict(bag, tmp_path / 'out', '--fx', str(FX)) == 0
    with Reader(tmp_path / 'out') as reader:
        assert reader.compression_mode == 'message'
    assert len(of(tmp_path / 'out', '/depth')) == 1
