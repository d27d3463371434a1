# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Frames from a video file or a V4L device, through OpenCV."""

from pathlib import Path
import re
import time

import cv2

from hydranet_ros.errors import HydranetError
from hydranet_ros.sources.frame import Frame
from hydranet_ros.sources.frame import NOMINAL_FPS
from hydranet_ros.sources.frame import resize
from hydranet_ros.sources.frame import Source

DEVICE = re.compile(r'(?:/dev/video|v4l:)(\d+)')


class Video(Source):
    """Give the frames of a video file; frames are named by their number."""

    def __init__(self, path: Path, size: tuple[int, int] | None, loop: bool) -> None:
        self._path = path
        self._size = size
        self._capture = self._open()
        fps = self._capture.get(cv2.CAP_PROP_FPS)
        count = int(self._capture.get(cv2.CAP_PROP_FRAME_COUNT))
        super().__init__(
            str(path),
            fps=fps if 0.0 < fps < 1000.0 else None,
            count=count if count > 0 else None,
            loop=loop,
        )
        self._next = 0

    def _open(self) -> cv2.VideoCapture:
        capture = cv2.VideoCapture(str(self._path))
        if not capture.isOpened():
            raise HydranetError(
                f"cannot open '{self._path}' as a video. Check that it is one, or convert it: "
                'ffmpeg -i INPUT -c:v mjpeg OUTPUT.avi'
            )
        return capture

    def read(self, position: int) -> Frame | None:
        """Return the frame at a position; going back means decoding from the beginning."""
        if position < self._next:
            self._capture.release()
            self._capture = self._open()
            self._next = 0
        while self._next < position:
            if not self._capture.grab():
                return None
            self._next += 1
        ok, bgr = self._capture.read()
        if not ok:
            if position == 0:
                raise HydranetError(f"the video '{self._path}' holds no frame that decodes.")
            return None
        self._next = position + 1
        rgb = resize(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB, dst=bgr), self._size)
        stamp = position / (self.fps or NOMINAL_FPS)
        return Frame(rgb, position, stamp, f'{self._path.stem}_{position:06d}')

    def close(self) -> None:
        """Release the file."""
        self._capture.release()


class Device(Source):
    """Give what a V4L camera sees now; endless."""

    endless = True

    def __init__(self, number: int, size: tuple[int, int] | None) -> None:
        self._node = Path(f'/dev/video{number}')
        if not self._node.exists():
            raise HydranetError(
                f'there is no camera {self._node}. Plug it in, or list the cameras with: '
                'v4l2-ctl --list-devices'
            )
        self._capture = cv2.VideoCapture(number, cv2.CAP_V4L2)
        if not self._capture.isOpened():
            raise HydranetError(
                f'cannot open the camera {self._node}. Another program may hold it, or this user '
                'is not in the group video: sudo usermod -aG video $USER'
            )
        self._size = size
        if size is not None:
            self._capture.set(cv2.CAP_PROP_FRAME_HEIGHT, size[0])
            self._capture.set(cv2.CAP_PROP_FRAME_WIDTH, size[1])
        fps = self._capture.get(cv2.CAP_PROP_FPS)
        super().__init__(str(self._node), fps=fps if fps > 0 else None, count=None, loop=False)
        self._start = time.monotonic()

    def read(self, position: int) -> Frame | None:
        """Wait for the next frame; HydranetError where the camera has stopped."""
        ok, bgr = self._capture.read()
        if not ok:
            raise HydranetError(f'the camera {self._node} gives no more frames. Plug it in again.')
        rgb = resize(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB, dst=bgr), self._size)
        stamp = time.monotonic() - self._start
        return Frame(rgb, position, stamp, f'{self._node.name}_{position:06d}')

    def close(self) -> None:
        """Release the device."""
        self._capture.release()
