# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Rays of lenses and the points along them, held to OpenCV's projection and to a known plane."""

import cv2
import numpy as np
import pytest

from hydranet_ros.camera_model import CameraModel
from hydranet_ros.camera_model import Distortion
from hydranet_ros.errors import HydranetError
from hydranet_ros.point_cloud import cloud_size
from hydranet_ros.point_cloud import CloudWriter
from hydranet_ros.point_cloud import POINT
from hydranet_ros.sources import Intrinsics
from hydranet_ros.sources import open_source

HEIGHT, WIDTH = 241, 321
PINHOLE = Intrinsics(290.0, 300.0, 158.3, 121.9, WIDTH, HEIGHT)
LENSES = {
    'pinhole': CameraModel(PINHOLE),
    'plumb_bob': CameraModel(PINHOLE, coefficients=(-0.28, 0.07, 0.0007, -0.001, 0.01)),
    'rational_polynomial': CameraModel(
        PINHOLE,
        Distortion.RATIONAL_POLYNOMIAL,
        (0.45, -0.12, 0.0003, -0.0002, 0.006, 0.78, -0.05, 0.012),
    ),
    'equidistant': CameraModel(PINHOLE, Distortion.EQUIDISTANT, (-0.03, 0.004, -0.002, 0.0004)),
    'f theta': CameraModel(PINHOLE, Distortion.EQUIDISTANT, (0.0,) * 4),
}


def project(camera: CameraModel, points: np.ndarray) -> np.ndarray:
    """Return the pixels (N, 2) of points (N, 3), by OpenCV."""
    k, still = camera.intrinsics.matrix(), np.zeros(3)
    d = np.array(camera.coefficients or (0.0,) * 5)
    points = points.astype(np.float64).reshape(-1, 1, 3)
    if camera.distortion is Distortion.EQUIDISTANT:
        return cv2.fisheye.projectPoints(points, still, still, k, d)[0][:, 0]
    return cv2.projectPoints(points, still, still, k, d)[0][:, 0]


def xyz(points: np.ndarray) -> np.ndarray:
    return np.stack([points[name] for name in 'xyz'], axis=-1)


def scene(seed: int = 0):
    random = np.random.default_rng(seed)
    rgb = random.integers(0, 256, (HEIGHT, WIDTH, 3), np.uint8)
    depth = random.uniform(0.5, 40.0, (HEIGHT, WIDTH)).astype(np.float32)
    depth[random.random(depth.shape) < 0.1] = np.nan
    labels, confidence = random.integers(0, 256, (2, HEIGHT, WIDTH), np.uint8)
    return rgb, depth, labels, confidence


@pytest.mark.parametrize('stride', [1, 2, 3])
@pytest.mark.parametrize('camera', LENSES.values(), ids=LENSES)
def test_points_project_to_the_pixels_they_are_from(camera, stride):
    rgb, depth, labels, confidence = scene()
    out = np.full(cloud_size(HEIGHT, WIDTH, stride), 0, POINT)
    points = CloudWriter().write(out, camera, rgb, depth, labels, confidence, stride)
    assert points is out
    u, v = np.meshgrid(np.arange(0, WIDTH, stride), np.arange(0, HEIGHT, stride))
    known = np.isfinite(depth[::stride, ::stride])
    assert known.mean() > 0.85
    for name in 'xyz':
        np.testing.assert_array_equal(np.isfinite(points[name]), known)
    pixels = project(camera, xyz(points)[known])
    np.testing.assert_allclose(pixels, np.stack([u[known], v[known]], -1), atol=2e-3)
    np.testing.assert_array_equal(points['z'], depth[::stride, ::stride])


def test_the_rest_of_a_point_is_its_pixel():
    rgb, depth, labels, confidence = scene()
    out = np.frombuffer(bytearray(b'\xff' * 20 * HEIGHT * WIDTH), POINT).reshape(HEIGHT, WIDTH)
    points = CloudWriter().write(out, LENSES['pinhole'], rgb, depth, labels, confidence)
    np.testing.assert_array_equal(points['label'], labels)
    np.testing.assert_array_equal(points['confidence'], confidence)
    packed = rgb.astype(np.uint32) @ np.array([1 << 16, 1 << 8, 1], np.uint32)
    np.testing.assert_array_equal(points['rgb'], packed)
    assert np.isfinite(np.ascontiguousarray(points['rgb']).view(np.float32)).all()


def test_a_model_without_classes_gives_unlabelled_points():
    rgb, depth, _, _ = scene()
    points = CloudWriter().write(np.zeros((HEIGHT, WIDTH), POINT), LENSES['pinhole'], rgb, depth)
    assert (points['label'] == 255).all()
    assert (points['confidence'] == 0).all()


def test_a_wall_is_flat_through_every_lens():
    rgb, _, labels, confidence = scene()
    normal, distance = np.array([0.2, -0.3, 1.0]), 6.0
    for camera in LENSES.values():
        x, y = camera.rays()
        depth = (distance / (normal[0] * x + normal[1] * y + normal[2])).astype(np.float32)
        out = np.zeros((HEIGHT, WIDTH), POINT)
        points = CloudWriter().write(out, camera, rgb, depth, labels, confidence)
        np.testing.assert_allclose(xyz(points) @ normal, distance, rtol=1e-5)


def test_the_ground_of_the_drawn_street_lies_below_the_camera():
    frame = open_source('street', size=(240, 320)).read(0)
    camera = CameraModel(frame.intrinsics)
    out = np.zeros(frame.depth.shape, POINT)
    points = CloudWriter().write(out, camera, frame.rgb, frame.depth, frame.labels)
    world = xyz(points) @ frame.pose[:3, :3].T + frame.pose[:3, 3]
    road = world[(frame.labels == 3) & np.isfinite(frame.depth)]
    assert len(road) > 5000
    spread = np.ptp(road, axis=0)
    assert sorted(spread)[0] < 0.2, 'a road is flat'


def test_a_pixel_that_no_ray_reaches_has_no_point():
    # Barrel distortion that turns back before the corners: no ray comes out there.
    camera = CameraModel(PINHOLE, coefficients=(-0.9, 0.0, 0.0, 0.0))
    rgb, _, labels, confidence = scene()
    depth = np.full((HEIGHT, WIDTH), 5.0, np.float32)
    out = np.zeros((HEIGHT, WIDTH), POINT)
    points = CloudWriter().write(out, camera, rgb, depth, labels, confidence)
    known = np.isfinite(points['x'])
    assert not known[0, 0]
    assert known[HEIGHT // 2, WIDTH // 2]
    np.testing.assert_array_equal(np.isfinite(points['z']), known)
    v, u = np.nonzero(known)
    assert np.abs(project(camera, xyz(points)[known]) - np.stack([u, v], -1)).max() < 0.6


def test_rays_are_made_once_for_each_lens(monkeypatch):
    made = []
    rays = CameraModel.rays
    monkeypatch.setattr(CameraModel, 'rays', lambda *one: made.append(one) or rays(*one))
    writer, (rgb, depth, labels, confidence) = CloudWriter(), scene()
    out = np.zeros((HEIGHT, WIDTH), POINT)
    for camera in (LENSES['pinhole'], CameraModel(PINHOLE), LENSES['plumb_bob']):
        writer.write(out, camera, rgb, depth, labels, confidence)
    assert len(made) == 2


def test_rows_with_gaps_are_read():
    rgb, depth, labels, confidence = scene()
    wide = np.zeros((HEIGHT, WIDTH + 5, 3), np.uint8)
    wide[:, :WIDTH] = rgb
    first, second = np.zeros((2, HEIGHT, WIDTH), POINT)
    camera = LENSES['plumb_bob']
    CloudWriter().write(first, camera, rgb, depth, labels, confidence)
    CloudWriter().write(second, camera, wide[:, :WIDTH], depth, labels, confidence)
    assert first.tobytes() == second.tobytes()


@pytest.mark.parametrize(
    ('arguments', 'says'),
    [
        ((Intrinsics(0.0, 300.0, 1, 1, 4, 4),), 'no calibration'),
        ((Intrinsics(np.nan, 300.0, 1, 1, 4, 4),), 'no calibration'),
        ((PINHOLE, Distortion.PLUMB_BOB, (np.inf, 0, 0, 0)), 'no calibration'),
        ((PINHOLE, Distortion.PLUMB_BOB, (0.1, 0.2, 0.3)), '4 or 5 coefficients, not 3'),
        ((PINHOLE, Distortion.EQUIDISTANT, (0.1,) * 5), '4 coefficients, not 5'),
    ],
)
def test_what_is_no_camera_is_said(arguments, says):
    with pytest.raises(HydranetError, match=says):
        CameraModel(*arguments)


def test_sizes_that_disagree_are_refused():
    rgb, depth, labels, confidence = scene()
    camera = LENSES['pinhole']
    with pytest.raises(ValueError, match='camera'):
        CloudWriter().write(np.zeros((2, 2), POINT), camera, rgb, depth[1:], labels, confidence)
    with pytest.raises(ValueError, match='out'):
        CloudWriter().write(np.zeros((2, 2), POINT), camera, rgb, depth, labels, confidence)


def test_an_equidistant_lens_without_further_distortion_is_no_pinhole():
    theta = (0 - PINHOLE.cx) / PINHOLE.fx
    row = Intrinsics(PINHOLE.fx, PINHOLE.fy, PINHOLE.cx, 121.0, WIDTH, HEIGHT)
    fisheye = CameraModel(row, Distortion.EQUIDISTANT, (0.0,) * 4)
    assert fisheye.rays()[0, 121, 0] == pytest.approx(np.tan(theta), abs=1e-6)
    pinhole = CameraModel(row, Distortion.EQUIDISTANT).rays()
    assert pinhole[0, 121, 0] == pytest.approx(theta, abs=1e-6)
