# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""What is logged of a frame, read back from a recording; that it is drawn is not verified."""

from dataclasses import asdict
from pathlib import Path

import cv2
import numpy as np
import pytest

from hydranet_ros.camera_model import CameraModel
from hydranet_ros.errors import HydranetError
from hydranet_ros.frame_counts import Counts
from hydranet_ros.frame_counts import Outcome
from hydranet_ros.sources import Intrinsics
from hydranet_ros.zoo import load_card

pytest.importorskip('rerun')

from hydranet_ros.viewer.health import NodeHealth
from hydranet_ros.viewer.layout import blueprint
from hydranet_ros.viewer.recording import Destination
from hydranet_ros.viewer.recording import opened
from hydranet_ros.viewer.scene import CameraScene
from hydranet_ros.viewer.scene import EncodedPicture
from hydranet_ros.viewer.scene import MOST_POINTS
from hydranet_ros.viewer.scene import ShownFrame
from test.viewer.recorded import classes
from test.viewer.recorded import rows
from test.viewer.recorded import stamps

STAMP = 1_700_000_000_123_456_789
LENS = CameraModel(Intrinsics(fx=8.0, fy=9.0, cx=2.0, cy=1.0, width=5, height=4))


@pytest.fixture
def record(tmp_path):
    def run(act) -> Path:
        path = tmp_path / 'one.rrd'
        with opened(Destination(save=path), blueprint(['camera'], True)) as recording:
            act(recording)
        return path

    return run


def frame(**parts) -> ShownFrame:
    return ShownFrame(STAMP, **parts)


def depth() -> np.ndarray:
    metres = np.arange(1, 21, dtype=np.float32).reshape(4, 5)
    metres[0, 0] = np.nan
    return metres


def test_classes_have_the_names_and_colours_of_the_card(record):
    card = load_card('street')
    path = record(lambda it: CameraScene(it, 'camera').describe(card.classes, card.depth))
    told = classes(path, 'camera')
    assert told.pop(255)[0] == 'unlabelled'
    assert told == {number: (one.name, one.color) for number, one in enumerate(card.classes)}
    (named,) = rows(path, 'camera/classes', static=True)
    assert named['SeriesLines:names'] == [one.name for one in card.classes]


def test_labels_and_depth_are_logged_as_they_are(record):
    labels = np.arange(20, dtype=np.uint8).reshape(4, 5)
    path = record(lambda it: CameraScene(it, 'camera').show(frame(labels=labels, depth=depth())))
    (mask,) = rows(path, 'camera/lens/semantic')
    assert bytes(mask['SegmentationImage:buffer'][0]) == labels.tobytes()
    assert mask['SegmentationImage:format'][0]['width'] == 5
    (metres,) = rows(path, 'camera/lens/depth')
    assert bytes(metres['DepthImage:buffer'][0]) == depth().tobytes()
    assert metres['DepthImage:meter'] == [1.0]
    assert stamps(path, 'camera/lens/depth') == stamps(path, 'camera/lens/semantic') == [STAMP]


def test_shares_of_the_classes_are_those_of_the_mask(record):
    card = load_card('street')
    labels = np.array([[3, 3, 3, 255], [0, 0, 3, 3]], np.uint8)

    def act(recording):
        scene = CameraScene(recording, 'camera')
        scene.describe(card.classes, card.depth)
        scene.show(frame(labels=labels))

    (shares,) = rows(record(act), 'camera/classes')
    expected = [25.0, 0, 0, 62.5] + [0] * (len(card.classes) - 4)
    assert shares['Scalars:scalars'] == expected


def test_points_are_depth_along_the_rays_of_the_lens(record):
    labels = np.arange(20, dtype=np.uint8).reshape(4, 5)
    parts = {'labels': labels, 'depth': depth(), 'camera': LENS}
    path = record(lambda it: CameraScene(it, 'camera').show(frame(**parts)))
    (cloud,) = rows(path, 'camera/points')
    z, (v, u) = depth(), np.mgrid[:4, :5]
    expected = np.stack([z * (u - 2) / 8, z * (v - 1) / 9, z], -1).reshape(-1, 3)[1:]
    np.testing.assert_allclose(cloud['Points3D:positions'], expected, rtol=1e-6)
    assert cloud['Points3D:class_ids'] == list(range(1, 20))
    (pinhole,) = rows(path, 'camera/lens', static=True)
    columns = np.reshape(pinhole['Pinhole:image_from_camera'][0], (3, 3)).T
    np.testing.assert_array_equal(columns, LENS.intrinsics.matrix())
    assert pinhole['Pinhole:resolution'] == [[5.0, 4.0]]


def test_depth_that_comes_after_its_labels_is_coloured_by_them(record):
    labels = np.full((4, 5), 7, np.uint8)

    def act(recording):
        scene = CameraScene(recording, 'camera')
        scene.show(frame(labels=labels))
        scene.show(frame(depth=depth(), camera=LENS))
        scene.show(ShownFrame(STAMP + 1, depth=depth(), camera=LENS))

    first, second = rows(record(act), 'camera/points')
    assert set(first['Points3D:class_ids']) == {7}
    assert not second.get('Points3D:class_ids')


def test_without_classes_points_have_the_colours_of_the_image(record):
    rgb = np.full((4, 5, 3), (10, 20, 30), np.uint8)
    parts = {'picture': rgb, 'depth': depth(), 'camera': LENS}
    (cloud,) = rows(record(lambda it: CameraScene(it, 'c').show(frame(**parts))), 'c/points')
    assert set(cloud['Points3D:colors']) == {0x0A141EFF}


def test_large_clouds_are_thinned(record):
    lens = CameraModel(Intrinsics(fx=900.0, fy=900.0, cx=640.0, cy=360.0, width=1280, height=720))
    metres = np.ones((720, 1280), np.float32)
    path = record(lambda it: CameraScene(it, 'c').show(frame(depth=metres, camera=lens)))
    (cloud,) = rows(path, 'c/points')
    assert MOST_POINTS / 2 < len(cloud['Points3D:positions']) <= MOST_POINTS


def test_a_picture_of_another_size_gives_the_points_no_colour(record):
    larger = np.zeros((8, 10, 3), np.uint8)

    def act(recording):
        scene = CameraScene(recording, 'c')
        labels = np.zeros((8, 10), np.uint8)
        scene.show(frame(picture=larger, labels=labels, depth=depth(), camera=LENS))

    path = record(act)
    (cloud,) = rows(path, 'c/points')
    assert len(cloud['Points3D:positions']) == 19
    assert set(cloud['Points3D:colors']) == {0x808080FF}
    assert rows(path, 'c/lens/image')


def test_pictures_are_compressed_once(record):
    rgb = cv2.GaussianBlur(
        np.random.default_rng(0).integers(0, 256, (64, 96, 3), np.uint8), (9, 9), 4
    )
    driver = EncodedPicture(cv2.imencode('.png', rgb)[1].tobytes(), 'image/png')

    def act(recording):
        scene = CameraScene(recording, 'c')
        scene.show(frame(picture=rgb))
        scene.show(ShownFrame(STAMP + 1, picture=driver))

    ours, theirs = rows(record(act), 'c/lens/image')
    found = cv2.imdecode(np.array(ours['EncodedImage:blob'][0], np.uint8), cv2.IMREAD_COLOR)
    assert np.abs(found[..., ::-1].astype(int) - rgb).mean() < 4
    assert ours['EncodedImage:media_type'] == ['image/jpeg']
    assert bytes(theirs['EncodedImage:blob'][0]) == driver.data
    assert theirs['EncodedImage:media_type'] == ['image/png']


def test_health_becomes_series_and_a_table(record):
    def act(recording):
        health = NodeHealth(recording)
        entries = {'rate_hz': '9.5', 'received': '10', 'lost': 'not known', 'model': 'street'}
        health.show(STAMP, entries | {'network_p50_ms': '31.5', 'error': '', 'warning_1': 'Slow.'})
        health.show(STAMP + 2 * 10**9, entries | {'received': '30', 'warning_1': 'Slow.'})
        for number in range(3):
            lost = {'received': '30', 'warning_1': 'Slow.', 'warning_2': f'Lost {number}.5 of 9.'}
            health.show(STAMP + 2 * 10**9, entries | lost)
        health.show(STAMP + 3 * 10**9, entries | {'received': '4', 'error': 'Broken.'})

    path = record(act)
    assert [row['Scalars:scalars'] for row in rows(path, 'node/rates/answered')] == [[9.5]] * 6
    # It began again from 0: no rate is known then.
    assert [row['Scalars:scalars'] for row in rows(path, 'node/rates/received')] == [[10.0]]
    assert not rows(path, 'node/rates/lost')
    assert [row['Scalars:scalars'] for row in rows(path, 'node/stages/network')] == [[31.5]]
    lines = [(row['TextLog:level'], row['TextLog:text']) for row in rows(path, 'node/log')]
    assert lines == [
        (['WARN'], ['Slow.']),
        (['WARN'], ['Lost 0.5 of 9.']),
        (['ERROR'], ['Broken.']),
    ]
    assert '| model | street |' in rows(path, 'node/state')[0]['TextDocument:text'][0]


def test_a_file_that_exists_is_kept(tmp_path):
    path = tmp_path / 'kept.rrd'
    path.write_bytes(b'mine')
    with (
        pytest.raises(HydranetError, match='exists'),
        opened(Destination(save=path), blueprint(['camera'], False)),
    ):
        pass
    assert path.read_bytes() == b'mine'
    with (
        pytest.raises(HydranetError, match='cannot write'),
        opened(Destination(save=tmp_path / 'no' / 'x.rrd'), blueprint(['camera'], False)),
    ):
        pass


def test_a_file_is_not_left_where_nothing_could_be_opened(tmp_path, monkeypatch):
    for name in ('DISPLAY', 'WAYLAND_DISPLAY'):
        monkeypatch.delenv(name, raising=False)
    path = tmp_path / 'next.rrd'
    for _ in range(2):
        with (
            pytest.raises(HydranetError, match='no display'),
            opened(Destination(window=True, save=path), blueprint(['camera'], False)),
        ):
            pass
        assert not path.exists()


def test_the_table_has_every_outcome_of_a_frame(record):
    entries = {name: str(number) for number, name in enumerate(asdict(Counts()))} | {'lost': '77'}
    path = record(lambda it: NodeHealth(it).show(STAMP, entries))
    table = rows(path, 'node/state')[0]['TextDocument:text'][0]
    for name in ('received', *(one.value for one in Outcome), 'lost'):
        assert f'| {name} | {entries[name]} |' in table
