# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Normals of depth whose surfaces are known: planes, a sphere, the ground of the drawn street.

How good normals of a network's depth are is measured in docs/normals.md, not here.
"""

from dataclasses import replace

import numpy as np
import pytest

from hydranet_ros.camera_model import CameraModel
from hydranet_ros.sources import open_source
from hydranet_ros.sources.street_classes import Class
from hydranet_ros.surface_normals import NormalsFromDepth
from hydranet_ros.surface_normals import window_radius
from test.test_point_cloud import LENSES as LARGE_LENSES
from test.test_point_cloud import PINHOLE as LARGE_PINHOLE

HEIGHT, WIDTH = 121, 161
PINHOLE = LARGE_PINHOLE.resized(WIDTH, HEIGHT)
LENSES = {name: replace(lens, intrinsics=PINHOLE) for name, lens in LARGE_LENSES.items()}
DIRECTIONS = [(0, 0, -1), (0, -1, 0), (1, 0, -1), (-0.3, 0.4, -1), (0.1, -1, -0.05)]


def empty(height: int = HEIGHT, width: int = WIDTH) -> np.ndarray:
    return np.full((height, width, 3), 7, np.float32)


def plane(camera: CameraModel, normal: np.ndarray, distance: float = 3.0) -> np.ndarray:
    """Depth of the plane normal . point = -distance, NaN where no ray meets it before 1 km."""
    x, y = camera.rays().astype(np.float64)
    with np.errstate(divide='ignore'):
        depth = -distance / (normal[0] * x + normal[1] * y + normal[2])
    return np.where((depth > 0) & (depth < 1000), depth, np.nan).astype(np.float32)


def degrees_between(normals: np.ndarray, true: np.ndarray) -> np.ndarray:
    cross = np.linalg.norm(np.cross(normals, true), axis=-1)
    return np.degrees(np.arctan2(cross, (normals * true).sum(axis=-1)))


def known(normals: np.ndarray) -> np.ndarray:
    finite = np.isfinite(normals)
    np.testing.assert_array_equal(finite.any(axis=-1), finite.all(axis=-1))
    return finite[..., 0]


@pytest.mark.parametrize('radius', [1, 3, 8])
@pytest.mark.parametrize('direction', DIRECTIONS)
@pytest.mark.parametrize('camera', LENSES.values(), ids=LENSES)
def test_planes_are_exact_through_every_lens(camera, direction, radius):
    normal = np.array(direction) / np.linalg.norm(direction)
    depth = plane(camera, normal)
    found = NormalsFromDepth().write(empty(), camera, depth, radius)
    whole = np.isfinite(depth)
    inside = np.zeros_like(whole)
    inside[radius:-radius, radius:-radius] = True
    at = known(found)
    assert not (at & ~(whole & inside)).any()
    # What is lost: the rims of the plane and of the image, no more.
    rim = 4 * radius * (HEIGHT + WIDTH)
    assert at.sum() >= whole.sum() - rim - radius * 2 * np.isnan(depth).any() * (HEIGHT + WIDTH)
    assert degrees_between(found[at], normal).max() < 0.05
    np.testing.assert_allclose(np.linalg.norm(found[at], axis=-1), 1, atol=1e-5)


@pytest.mark.parametrize(('radius', 'worst'), [(1, 0.5), (4, 3.0)])
def test_a_sphere_is_as_round_as_the_window_allows(radius, worst):
    camera = LENSES['plumb_bob']
    x, y = camera.rays().astype(np.float64)
    ray = np.stack([x, y, np.ones_like(x)], axis=-1)
    centre, size = np.array([0.1, -0.2, 3.5]), 2.0
    a, b = (ray**2).sum(axis=-1), ray @ centre
    with np.errstate(invalid='ignore'):
        depth = (b - np.sqrt(b**2 - a * (centre @ centre - size**2))) / a
    true = (ray * depth[..., None] - centre) / size
    found = NormalsFromDepth().write(empty(), camera, depth.astype(np.float32), radius)
    at = known(found)
    assert at.sum() > 0.8 * np.isfinite(depth).sum()
    facing = at & ((true * ray).sum(axis=-1) / np.sqrt(a) < -0.3)
    assert degrees_between(found[facing], true[facing]).max() < worst
    # All point at the camera.
    assert ((found * ray).sum(axis=-1)[at] < 0).all()


def test_the_ground_of_the_street_points_up():
    frame = next(iter(open_source('street', size=(HEIGHT, WIDTH))))
    camera = CameraModel(frame.intrinsics)
    found = NormalsFromDepth().write(empty(), camera, frame.depth.astype(np.float32))
    road = (frame.labels == Class.ROAD) & known(found)
    assert road.sum() > 0.95 * (frame.labels == Class.ROAD).sum()
    error = degrees_between(found[road], np.array([0.0, -1.0, 0.0]))
    assert np.median(error) < 0.01
    assert np.mean(error > 1) < 0.01
    assert not known(found)[frame.labels == Class.SKY].any()


@pytest.mark.parametrize('radius', [1, 4])
def test_there_is_no_normal_across_an_edge(radius):
    depth = np.full((HEIGHT, WIDTH), 10.0, np.float32)
    depth[:, 80:] = 12.0
    found = NormalsFromDepth().write(empty(), CameraModel(PINHOLE), depth, radius)
    at = known(found)
    assert not at[:, 80 - radius : 80 + radius].any()
    assert at[radius:-radius, radius : 80 - radius].all()
    assert at[radius:-radius, 80 + radius : -radius].all()
    np.testing.assert_allclose(found[at], np.broadcast_to((0, 0, -1), found[at].shape), atol=1e-5)


@pytest.mark.parametrize('bad', [np.nan, 0.0, -1.0, -np.inf])
def test_a_pixel_without_depth_takes_its_window_along(bad):
    depth = np.full((HEIGHT, WIDTH), 5.0, np.float32)
    depth[50, 60] = bad
    found = NormalsFromDepth().write(empty(), CameraModel(PINHOLE), depth, 2)
    missing = ~known(found)[2:-2, 2:-2]
    rows, columns = np.nonzero(missing)
    assert (rows.min() + 2, rows.max() + 2) == (48, 52)
    assert (columns.min() + 2, columns.max() + 2) == (58, 62)
    assert missing.sum() == 25


def test_the_lens_the_window_and_the_size_may_change():
    writer, depth = NormalsFromDepth(), np.full((HEIGHT, WIDTH), 5.0, np.float32)
    for camera, radius in (
        (LENSES['pinhole'], 1),
        (LENSES['plumb_bob'], 1),
        (LENSES['pinhole'], 3),
    ):
        again = writer.write(empty(), camera, depth, radius)
        fresh = NormalsFromDepth().write(empty(), camera, depth, radius)
        np.testing.assert_allclose(again, fresh, atol=1e-6)  # sums may be ordered otherwise
    small = CameraModel(PINHOLE.resized(40, 30))
    found = writer.write(empty(30, 40), small, np.full((30, 40), 5.0, np.float32))
    assert known(found).sum() == 28 * 38
    tiny = CameraModel(PINHOLE.resized(5, 4))
    none = writer.write(empty(4, 5), tiny, np.full((4, 5), 5.0, np.float32), 8)
    assert not known(none).any()
    with pytest.raises(ValueError, match='depth'):
        writer.write(empty(), small, depth)


def test_memory_is_kept_between_frames():
    writer, out = NormalsFromDepth(), empty()
    depth = plane(CameraModel(PINHOLE), np.array([0.0, 0.0, -1.0]))
    assert writer.write(out, CameraModel(PINHOLE), depth) is out
    before = [one.ctypes.data for one in (*writer._buffers, writer._mask)]
    first = out.copy()
    writer.write(out, CameraModel(PINHOLE), depth)
    np.testing.assert_array_equal(out, first)
    assert [one.ctypes.data for one in (*writer._buffers, writer._mask)] == before


def test_the_window_follows_what_the_network_sees():
    assert window_radius(480, 480, 4) == 8
    assert window_radius(480, 480, 8) == 16
    assert window_radius(480, 240, 4) == 16
    assert window_radius(100, 2000, 4) == 1
