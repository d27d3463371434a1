# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The factor of the depth, from focal lengths that are worked out by hand."""

import pytest
from sensor_msgs.msg import CameraInfo

from hydranet_ros.ros.calibration import DepthCalibration
from hydranet_ros.ros.calibration import matches
from hydranet_ros.zoo.card import DepthRange


def info(focal_length: float, width: int = 1280, height: int = 720) -> CameraInfo:
    message = CameraInfo(width=width, height=height)
    message.k[0] = focal_length
    return message


def calibration(trained: float | None, scale: float = 1.0, width: int = 0) -> DepthCalibration:
    depth = DepthRange(min_m=1.0, max_m=80.0, metric=True, focal_length_px=trained)
    return DepthCalibration(depth, scale, width)


@pytest.mark.parametrize(
    ('made', 'focal_length', 'expected'),
    [
        (calibration(700.0), 700.0, 1.0),
        (calibration(700.0), 1400.0, 2.0),
        (calibration(700.0, scale=0.5), 1400.0, 1.0),
        (calibration(700.0, scale=0.5, width=1280), 1400.0, 2.0),
        (calibration(700.0, width=320), 1400.0, 0.5),
    ],
)
def test_depth_grows_with_the_focal_length_at_input_size(made, focal_length, expected):
    assert made.scale(info(focal_length)) == pytest.approx(expected)


@pytest.mark.parametrize(
    ('made', 'known', 'reason'),
    [
        (calibration(None), info(700.0), 'does not state the focal length'),
        (calibration(700.0), None, 'no camera_info'),
        (calibration(700.0), info(0.0), 'not calibrated'),
    ],
)
def test_unknown_scale_says_why(made, known, reason):
    assert made.scale(known) is None
    assert reason in made.doubt(known)


def test_a_calibration_of_another_size_does_not_match():
    assert matches(info(700.0), 720, 1280)
    assert not matches(info(700.0), 1280, 720)
    assert not matches(None, 720, 1280)
