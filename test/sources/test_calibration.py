# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Camera calibrations, and what resizing does to intrinsics."""

import numpy as np
import pytest

from hydranet_ros.errors import HydranetError
from hydranet_ros.sources import Intrinsics
from hydranet_ros.sources import read_calibration

CALIBRATION = """
image_width: 1242
image_height: 375
camera_name: front
camera_matrix: {rows: 3, cols: 3, data: [721.5, 0, 609.6, 0, 722.5, 172.9, 0, 0, 1]}
distortion_model: plumb_bob
"""
PROJECTION = (
    'projection_matrix: {rows: 3, cols: 4, data: [700, 0, 600, 0, 0, 701, 170, 0, 0, 0, 1, 0]}\n'
)


def test_reads_the_camera_matrix(tmp_path):
    file = tmp_path / 'front.yaml'
    file.write_text(CALIBRATION)
    assert read_calibration(file) == Intrinsics(721.5, 722.5, 609.6, 172.9, 1242, 375)


def test_prefers_the_rectified_projection(tmp_path):
    file = tmp_path / 'front.yaml'
    file.write_text(CALIBRATION + PROJECTION)
    assert read_calibration(file) == Intrinsics(700, 701, 600, 170, 1242, 375)


@pytest.mark.parametrize(
    ('content', 'says'),
    [
        ('image_width: 3', 'no camera calibration'),
        ('just text', 'no camera calibration'),
        ('a: [', 'cannot read'),
        (CALIBRATION.replace('721.5', '0'), 'not calibrated'),
        (CALIBRATION.replace('0, 0, 1]', '1]'), 'no camera calibration'),
        (CALIBRATION.replace('721.5', '.nan'), 'not calibrated'),
        (CALIBRATION.replace('609.6', '.inf'), 'not calibrated'),
        (CALIBRATION.replace('1242', '.inf'), 'no camera calibration'),
        (CALIBRATION.replace('721.5', '9' * 400), 'no camera calibration'),
        ('a: ' + 100_000 * '[', 'cannot read'),
    ],
)
def test_a_wrong_file_is_named(tmp_path, content, says):
    file = tmp_path / 'front.yaml'
    file.write_text(content)
    with pytest.raises(HydranetError, match=rf'(?s)front\.yaml.*{says}|{says}.*front\.yaml'):
        read_calibration(file)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(HydranetError, match=r'cannot read.*none\.yaml'):
        read_calibration(tmp_path / 'none.yaml')


def test_resizing_keeps_rays():
    camera = Intrinsics(700.0, 710.0, 319.5, 239.5, 640, 480)
    half = camera.resized(320, 240)
    assert (half.fx, half.fy, half.cx, half.cy) == (350.0, 355.0, 159.5, 119.5)
    corner = np.array([-0.5, -0.5, 1.0])
    ray = np.linalg.inv(camera.matrix()) @ corner
    np.testing.assert_allclose(np.linalg.inv(half.matrix()) @ corner, ray)
