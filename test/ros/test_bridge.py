# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The drop-in for cv_bridge, and when it steps in.

Not verified: equality with the compiled cv_bridge, which comes with a ROS distribution alone; the
broken ones here fail the way that vision_opencv's issues describe, at import or at first use.
"""

import sys

import numpy as np
import pytest
from sensor_msgs.msg import Image
from std_msgs.msg import Header

from hydranet_ros.errors import HydranetError
from hydranet_ros.ros.bridge import make_bridge
from hydranet_ros.ros.bridge import OpenCvBridge

BRIDGE = OpenCvBridge()
WORKING = """
class CvBridge:
    def encoding_to_cvtype2(self, encoding):
        return 16
"""
BROKEN_AT_IMPORT = "raise AttributeError('_ARRAY_API not found')"
BROKEN_AT_USE = """
class CvBridge:
    def encoding_to_cvtype2(self, encoding):
        raise ImportError('numpy.core.multiarray failed to import')
"""


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """Install a cv_bridge with this source for one test."""

    def install(source):
        (tmp_path / 'cv_bridge.py').write_text(source)
        monkeypatch.syspath_prepend(str(tmp_path))

    monkeypatch.delitem(sys.modules, 'cv_bridge', raising=False)
    yield install
    sys.modules.pop('cv_bridge', None)


@pytest.mark.parametrize(
    ('dtype', 'channels', 'encoding'),
    [
        ('uint8', 3, 'rgb8'),
        ('uint8', 4, 'bgra8'),
        ('uint8', 1, 'mono8'),
        ('uint16', 1, 'mono16'),
        ('uint16', 1, '16UC1'),
        ('int16', 2, '16SC2'),
        ('float32', 1, '32FC1'),
        ('float64', 4, '64FC4'),
    ],
)
def test_arrays_come_back_from_their_message(dtype, channels, encoding):
    pixels = np.arange(6 * 5 * channels).reshape(6, 5, channels).astype(dtype)
    pixels = pixels if channels > 1 else pixels[..., 0]
    header = Header(frame_id='camera')
    msg = BRIDGE.cv2_to_imgmsg(pixels, encoding, header)
    assert (msg.height, msg.width, msg.step) == (6, 5, 5 * channels * np.dtype(dtype).itemsize)
    assert msg.header == header
    back = BRIDGE.imgmsg_to_cv2(msg)
    assert back.dtype == np.dtype(dtype)
    np.testing.assert_array_equal(back, pixels)


def test_passthrough_names_the_type_of_the_array():
    assert BRIDGE.cv2_to_imgmsg(np.zeros((2, 3, 3), np.uint8)).encoding == '8UC3'
    assert BRIDGE.cv2_to_imgmsg(np.zeros((2, 3), np.float32)).encoding == '32FC1'


def test_padding_and_byte_order_of_the_message_are_honoured():
    values = np.arange(6, dtype='>f4').reshape(2, 3)
    msg = Image(height=2, width=3, encoding='32FC1', step=17, is_bigendian=1)
    for row in values:
        msg.data.frombytes(row.tobytes() + b'pad..')
    np.testing.assert_array_equal(BRIDGE.imgmsg_to_cv2(msg), values)


@pytest.mark.parametrize(
    ('wanted', 'expected'), [('rgb8', [1, 2, 3]), ('bgr8', [3, 2, 1]), ('mono8', 2)]
)
def test_colour_is_converted_on_request(wanted, expected):
    msg = BRIDGE.cv2_to_imgmsg(np.full((2, 2, 4), [3, 2, 1, 255], np.uint8), 'bgra8')
    assert (BRIDGE.imgmsg_to_cv2(msg, wanted) == expected).all()


def test_what_cannot_be_converted_is_said():
    msg = BRIDGE.cv2_to_imgmsg(np.zeros((2, 2, 3), np.uint8), 'rgb8')
    with pytest.raises(HydranetError, match="'rgb8' cannot be read as 'nv12'"):
        BRIDGE.imgmsg_to_cv2(msg, 'nv12')
    with pytest.raises(HydranetError, match='takes uint8 with 3 channels, not float32 with 1'):
        BRIDGE.cv2_to_imgmsg(np.zeros((2, 2), np.float32), 'rgb8')
    with pytest.raises(HydranetError, match='data should hold'):
        BRIDGE.imgmsg_to_cv2(Image(height=9, width=2, step=6, encoding='rgb8', data=msg.data))
    with pytest.raises(HydranetError, match="'nv12' cannot be passed through"):
        BRIDGE.imgmsg_to_cv2(Image(height=2, width=2, step=2, encoding='nv12'))


@pytest.mark.parametrize('source', [BROKEN_AT_IMPORT, BROKEN_AT_USE])
def test_a_cv_bridge_of_another_numpy_is_replaced_with_one_line(installed, source):
    installed(source)
    said: list[str] = []
    assert isinstance(make_bridge(said.append), OpenCvBridge)
    assert len(said) == 1
    assert 'numpy' in said[0].lower()


def test_the_distributions_cv_bridge_is_preferred(installed):
    installed(WORKING)
    said: list[str] = []
    assert type(make_bridge(said.append)).__module__ == 'cv_bridge'
    assert not said
