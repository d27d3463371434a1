# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The camera node: frames, stamps and camera_info of its sources, its ends and its errors.

Not verified: V4L devices (none here); the rate that a busy machine keeps.
"""

import os
import signal
import subprocess
import sys

import cv2
import numpy as np
import pytest
from rclpy.parameter import Parameter
from sensor_msgs.msg import CameraInfo
from sensor_msgs.msg import Image

from hydranet_ros.errors import HydranetError
from hydranet_ros.ros.camera import CameraNode
from hydranet_ros.ros.transport import IMAGE_RELIABLE
from test.ros.conftest import wait_until

COUNT = 5


@pytest.fixture
def folder(tmp_path):
    """Write a folder of small pictures, each of one grey level."""
    for index in range(COUNT):
        cv2.imwrite(str(tmp_path / f'{index}.png'), np.full((6, 8, 3), 10 * index, np.uint8))
    return tmp_path


@pytest.fixture
def start(graph):
    """Start a camera that waits for a subscriber, so that the first frame arrives too."""

    def make(**parameters):
        parameters = {'wait_for_subscriber': True, 'rate': 100.0} | parameters
        overrides = [Parameter(name, value=value) for name, value in parameters.items()]
        node = CameraNode(context=graph.context, parameter_overrides=overrides)
        return graph.add(node)

    return make


@pytest.fixture
def viewer(graph):
    """Keep what arrives on image and camera_info."""
    node = graph.node('viewer')
    node.images, node.infos = [], []
    qos = IMAGE_RELIABLE.__class__(depth=100, reliability=IMAGE_RELIABLE.reliability)

    def look():
        node.create_subscription(CameraInfo, 'camera_info', node.infos.append, qos)
        node.create_subscription(Image, 'image', node.images.append, qos)

    node.look = look
    return node


def level(message):
    return int(np.frombuffer(message.data, np.uint8).mean())


def test_every_picture_of_a_folder_is_published_once_then_it_ends(folder, start, viewer):
    viewer.look()
    camera = start(source=str(folder), frame_id='front')
    wait_until(lambda: camera.finished.done() and len(viewer.images) == COUNT, 'end of the folder')
    assert camera.finished.exception() is None
    assert camera.published == COUNT
    assert [level(message) for message in viewer.images] == [0, 10, 20, 30, 40]
    first = viewer.images[0]
    assert (first.height, first.width, first.encoding, first.step) == (6, 8, 'rgb8', 24)
    assert first.header.frame_id == 'front'
    wait_until(lambda: len(viewer.infos) == COUNT, 'camera_info of each frame')
    assert [one.header for one in viewer.infos] == [one.header for one in viewer.images]


def test_frames_wait_for_a_subscriber(folder, start, viewer):
    camera = start(source=str(folder))
    wait_until(lambda: viewer.count_publishers('image'), 'camera')
    assert camera.published == 0
    viewer.look()
    wait_until(lambda: len(viewer.images) == COUNT, 'all frames')
    assert level(viewer.images[0]) == 0


def test_stamps_start_at_the_given_time_and_follow_the_rate(folder, start, viewer):
    viewer.look()
    start(source=str(folder), start_time=1317046451.25, rate=8.0)
    wait_until(lambda: len(viewer.images) == COUNT, 'all frames')
    stamps = [(one.header.stamp.sec, one.header.stamp.nanosec) for one in viewer.images]
    times = [1317046451 * 10**9 + 250_000_000 + index * 125_000_000 for index in range(COUNT)]
    assert stamps == [divmod(time, 10**9) for time in times]


def test_a_loop_begins_again(folder, start, viewer):
    viewer.look()
    camera = start(source=str(folder), loop=True)
    wait_until(lambda: len(viewer.images) > 2 * COUNT, 'second round')
    assert level(viewer.images[COUNT]) == 0
    assert not camera.finished.done()


def test_pictures_are_resized_on_request(folder, start, viewer):
    viewer.look()
    start(source=str(folder), width=16, height=4)
    wait_until(lambda: viewer.images and viewer.infos, 'frame')
    assert (viewer.images[0].height, viewer.images[0].width) == (4, 16)
    assert (viewer.infos[0].height, viewer.infos[0].width) == (4, 16)


def test_a_damaged_picture_costs_that_frame_only(folder, start, viewer):
    (folder / '2.png').write_bytes(b'\x89PNG broken')
    viewer.look()
    camera = start(source=str(folder))
    wait_until(lambda: camera.finished.done(), 'end of the folder')
    wait_until(lambda: len(viewer.images) == COUNT - 1, 'the other frames')
    assert camera.published == COUNT - 1


def test_the_street_comes_with_its_lens_and_its_seed(start, viewer):
    viewer.look()
    camera = start(source='street', seed=3, width=64, height=48)
    wait_until(lambda: viewer.images and viewer.infos, 'frame')
    truth = next(iter(camera._source)).intrinsics
    info = viewer.infos[0]
    assert list(info.k) == [truth.fx, 0, truth.cx, 0, truth.fy, truth.cy, 0, 0, 1]
    assert list(info.p) == [truth.fx, 0, truth.cx, 0, 0, truth.fy, truth.cy, 0, 0, 0, 1, 0]


@pytest.mark.parametrize(('asked', 'focal'), [(0.0, 0.866 * 8), (123.0, 123.0)])
def test_focal_length_is_assumed_or_given(folder, start, viewer, asked, focal):
    viewer.look()
    start(source=str(folder), focal_length=asked)
    wait_until(lambda: viewer.infos, 'camera_info')
    assert list(viewer.infos[0].k) == [focal, 0, 3.5, 0, focal, 2.5, 0, 0, 1]


@pytest.mark.parametrize(
    ('parameters', 'reason'),
    [
        ({'source': '/no/such/place'}, '/no/such/place'),
        ({'source': '/dev/video63'}, 'no camera /dev/video63'),
        ({'rate': -1.0}, 'rate'),
        ({'rate': 'fast'}, 'rate must be of type double'),
        ({'reliability': 'maybe'}, 'reliable, best_effort'),
        ({'width': 640}, 'width 640 and height 0 go together'),
    ],
)
def test_what_cannot_be_played_is_said(start, parameters, reason):
    with pytest.raises(HydranetError, match=reason):
        start(**parameters)


def run(*parameters, **options):
    arguments = [word for one in parameters for word in ('-p', one)]
    return subprocess.Popen(
        [sys.executable, '-m', 'hydranet_ros.ros.camera', '--ros-args', *arguments],
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env=os.environ | {'RCUTILS_LOGGING_BUFFERED_STREAM': '0'},
        **options,
    )


def test_the_process_ends_with_its_source(folder):
    process = run(f'source:={folder}', 'rate:=100.0')
    _, log = process.communicate(timeout=30)
    assert process.returncode == 0, log
    assert f'Published {COUNT} frames of {folder}' in log


def test_the_process_ends_at_ctrl_c_without_a_traceback(viewer):
    viewer.look()
    process = run('source:=street')
    wait_until(lambda: viewer.images, 'frame')
    os.killpg(process.pid, signal.SIGINT)
    _, log = process.communicate(timeout=30)
    assert process.returncode == 0, log
    assert 'frames of street' in log
    assert 'Traceback' not in log


def test_the_process_refuses_a_bad_source_with_one_line():
    process = run('source:=/no/such/place')
    _, log = process.communicate(timeout=30)
    assert process.returncode == 1
    assert '/no/such/place' in log
    assert 'Traceback' not in log
