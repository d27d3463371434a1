# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Video files as sources. A V4L camera that is there is not tested, for want of one."""

import cv2
import numpy as np
import pytest

from hydranet_ros.errors import HydranetError
from hydranet_ros.sources import open_source


@pytest.fixture
def video(tmp_path):
    """Write 5 frames of one colour each, red rising; return the path and the reds."""
    path, reds = tmp_path / 'drive.avi', [20, 60, 100, 140, 180]
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*'MJPG'), 20.0, (64, 48))
    for red in reds:
        writer.write(np.full((48, 64, 3), (30, 90, red), np.uint8))
    writer.release()
    return path, reds


def reds_of(frames):
    return [int(np.median(frame.rgb[..., 0])) for frame in frames]


def test_frames_rate_and_order(video):
    path, reds = video
    with open_source(str(path)) as source:
        assert source.fps == pytest.approx(20.0)
        assert len(source) == 5
        frames = list(source)
    np.testing.assert_allclose(reds_of(frames), reds, atol=6)
    np.testing.assert_allclose(np.median(frames[0].rgb[..., 2]), 30, atol=6)
    np.testing.assert_allclose([frame.stamp for frame in frames], np.arange(5) / 20)
    assert [frame.name for frame in frames[:2]] == ['drive_000000', 'drive_000001']


def test_reading_back_and_forth(video):
    path, reds = video
    source = open_source(str(path))
    frames = [source.read(position) for position in (3, 0, 4, 1)]
    np.testing.assert_allclose(reds_of(frames), [reds[p] for p in (3, 0, 4, 1)], atol=6)
    assert source.read(5) is None


def test_looping(video):
    path, reds = video
    frames = iter(open_source(str(path), loop=True))
    taken = [next(frames) for _ in range(7)]
    np.testing.assert_allclose(reds_of(taken), reds + reds[:2], atol=6)
    assert [frame.index for frame in taken] == list(range(7))


def test_size(video):
    assert next(iter(open_source(str(video[0]), size=(24, 30)))).rgb.shape == (24, 30, 3)


def test_no_video_and_no_camera_are_said(tmp_path):
    file = tmp_path / 'text.mp4'
    file.write_text('not a film')
    with pytest.raises(HydranetError, match=r'text\.mp4.*ffmpeg'):
        open_source(str(file))
    with pytest.raises(HydranetError, match='no camera /dev/video97'):
        open_source('v4l:97')
    with pytest.raises(HydranetError, match='no camera /dev/video97'):
        open_source('/dev/video97')
