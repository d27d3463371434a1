# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The street's truth agrees with itself: geometry, motion, classes. Its looks are not tested."""

import numpy as np
import pytest

from hydranet_ros.sources import open_source
from hydranet_ros.sources.street import Street
from hydranet_ros.sources.street_classes import Class
from hydranet_ros.sources.street_path import CAMERA_HEIGHT_M

UPRIGHT = (Class.BUILDING, Class.POLE, Class.TREE, Class.SIGN, Class.FENCE)
STATIC = (*UPRIGHT, Class.ROAD, Class.PAVEMENT)


@pytest.fixture(scope='module')
def street():
    return Street(480, 640, seed=0)


def assert_same(one, other):
    for name in ('rgb', 'labels', 'depth', 'pose'):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), err_msg=name)


def test_same_seed_and_index_give_the_same_frame_in_any_order(street):
    other = Street(480, 640, seed=0)
    backwards = [other.read(position) for position in (90, 3, 41)]
    for position, frame in zip((90, 3, 41), backwards, strict=True):
        assert_same(street.read(position), frame)


def test_frames_own_their_arrays(street):
    first = street.read(5)
    kept = first.rgb.copy(), first.labels.copy(), first.depth.copy()
    street.read(60)
    for before, now in zip(kept, (first.rgb, first.labels, first.depth), strict=True):
        np.testing.assert_array_equal(before, now)


def test_another_seed_is_another_street(street):
    other = Street(480, 640, seed=1).read(0)
    assert (other.labels != street.read(0).labels).mean() > 0.1


@pytest.mark.parametrize(
    ('height', 'width'), [(350, 1200), (97, 211), (640, 480), (33, 32), (1, 1)]
)
def test_any_size(height, width):
    frame = open_source('street', size=(height, width), seed=4).read(12)
    assert frame.rgb.shape == (height, width, 3)
    assert frame.rgb.dtype == np.uint8
    assert frame.labels.shape == frame.depth.shape == (height, width)
    assert (frame.intrinsics.width, frame.intrinsics.height) == (width, height)


def test_depth_is_missing_exactly_in_the_sky(street):
    for position in (0, 37, 130):
        frame = street.read(position)
        assert frame.depth.dtype == np.float32
        np.testing.assert_array_equal(np.isnan(frame.depth), frame.labels == Class.SKY)
        assert np.nanmin(frame.depth) > 0


def test_every_class_is_met_within_a_minute(street):
    met = set()
    for position in range(0, 600, 20):
        met |= set(np.unique(street.read(position).labels))
    assert met == set(Class)


def test_road_and_pavement_are_the_ground_plane(street):
    frame = street.read(20)
    rows, columns = np.nonzero(np.isin(frame.labels, (Class.ROAD, Class.PAVEMENT)))
    camera = frame.intrinsics
    expected = camera.fy * CAMERA_HEIGHT_M / (rows - camera.cy)
    np.testing.assert_allclose(frame.depth[rows, columns], expected, rtol=1e-5)
    assert len(rows) > 50_000


def points_in_next(frame, following, motion, classes):
    """Return (z expected in the next frame, z there, class here, class there) of pixels."""
    camera = frame.intrinsics
    rows, columns = np.nonzero(np.isin(frame.labels, classes))
    z = frame.depth[rows, columns].astype(np.float64)
    x, y = (columns - camera.cx) / camera.fx * z, (rows - camera.cy) / camera.fy * z
    if motion is None:
        motion = np.linalg.inv(following.pose) @ frame.pose
    moved = motion[:3] @ np.stack([x, y, z, np.ones_like(z)])
    ahead = moved[2] > 0.5
    u = np.rint(moved[0] / moved[2] * camera.fx + camera.cx).astype(int)
    v = np.rint(moved[1] / moved[2] * camera.fy + camera.cy).astype(int)
    seen = ahead & (u >= 0) & (v >= 0) & (u < camera.width) & (v < camera.height)
    here, there = frame.labels[rows, columns][seen], following.labels[v[seen], u[seen]]
    return moved[2][seen], following.depth[v[seen], u[seen]], here, there


def agreement(frame, following, motion=None, classes=STATIC):
    expected, found, here, there = points_in_next(frame, following, motion, classes)
    same = here == there
    error = np.abs(found[same] - expected[same]) / expected[same]
    return same.mean(), (error < 0.02).mean(), float(np.median(error))


@pytest.mark.parametrize('position', [0, 25, 77, 140, 333])
def test_static_things_stay_where_they_are_when_the_camera_moves(street, position):
    same, close, _ = agreement(street.read(position), street.read(position + 1))
    assert same > 0.95
    assert close > 0.99


def test_that_agreement_needs_the_true_motion(street):
    """The ground looks the same from everywhere, what stands on it does not."""
    frame, following = street.read(25), street.read(26)
    same, close, median = agreement(frame, following, classes=UPRIGHT)
    assert same > 0.95
    assert close > 0.95
    assert median < 0.005
    assert agreement(frame, following, np.eye(4), UPRIGHT)[1] < 0.7
    sideways = np.linalg.inv(following.pose) @ frame.pose
    sideways[0, 3] += 0.5
    assert agreement(frame, following, sideways, UPRIGHT)[1] < 0.6


def test_houses_are_upright_planes(street):
    """Depth does not change down a column of one wall, away from its edges."""
    frame = street.read(0)
    wall = frame.labels == Class.BUILDING
    inner = wall[:-1] & wall[1:]
    jump = np.abs(np.diff(frame.depth, axis=0)[inner]) / frame.depth[1:][inner]
    assert (jump < 1e-5).mean() > 0.9


def test_the_camera_drives_forward_over_the_ground(street):
    poses = np.array([street.read(position).pose for position in (0, 10, 20)])
    np.testing.assert_allclose(poses[:, 1, 3], -CAMERA_HEIGHT_M)
    turns = poses[:, :3, :3]
    unity = np.broadcast_to(np.eye(3), turns.shape)
    np.testing.assert_allclose(turns @ turns.swapaxes(1, 2), unity, atol=1e-12)
    step = np.linalg.inv(poses[0]) @ poses[1]
    assert 7.0 < step[2, 3] < 9.0, 'about 8 m/s for a second'
    assert np.linalg.det(poses[0][:3, :3]) == pytest.approx(1.0)


def test_stamps_follow_the_rate(street):
    frames = iter(street)
    first = [next(frames) for _ in range(3)]
    assert [frame.index for frame in first] == [0, 1, 2]
    np.testing.assert_allclose([frame.stamp for frame in first], np.arange(3) / street.fps)
    assert street.endless
    assert street.count is None
