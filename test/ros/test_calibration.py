# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The factor of the depth, from focal lengths that are worked out by hand."""

import pytest
from sensor_msgs.msg import CameraInfo

from hydranet_ros.ros.calibration import depth_scale
from hydranet_ros.ros.calibration import doubt
from hydranet_ros.ros.calibration import matching
from hydranet_ros.zoo.card import DepthRange


def info(focal_length: float, width: int = 1280, height: int = 720) -> CameraInfo:
    message = CameraInfo(width=width, height=height)
    message.k[0] = focal_length
    return message


def trained(focal_length: float | None) -> DepthRange:
    return DepthRange(min_m=1.0, max_m=80.0, metric=True, focal_length_px=focal_length)


@pytest.mark.parametrize(
    ('focal_length', 'input_width', 'expected'),
    [(700.0, 1280, 1.0), (1400.0, 1280, 2.0), (1400.0, 640, 1.0), (1400.0, 320, 0.5)],
)
def test_depth_grows_with_the_focal_length_at_input_size(focal_length, input_width, expected):
    scale = depth_scale(trained(700.0), info(focal_length), input_width)
    assert scale == pytest.approx(expected)


@pytest.mark.parametrize(
    ('depth', 'known', 'reason'),
    [
        (trained(None), info(700.0), 'does not state the focal length'),
        (trained(700.0), None, 'no camera_info'),
        (trained(700.0), info(0.0), 'not calibrated'),
    ],
)
def test_unknown_scale_says_why(depth, known, reason):
    assert depth_scale(depth, known, 640) is None
    assert reason in doubt(depth, known)


def test_a_calibration_of_another_size_does_not_match():
    known = info(700.0)
    assert matching(known, 720, 1280) is known
    assert matching(known, 1280, 720) is None
    assert matching(None, 720, 1280) is None
