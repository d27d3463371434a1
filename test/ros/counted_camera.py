# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Our camera node with its count of frames in a file, where it outlives a SIGKILL."""

import mmap
import os
from pathlib import Path
import struct
import sys
import time

import rclpy

from hydranet_ros.ros.camera import CameraNode
from hydranet_ros.ros.camera import NAME
from hydranet_ros.ros.process import run_node
from hydranet_ros.sources import Frame

COUNT_FILE = 'SOAK_CAMERA_COUNT'
# The publisher knows of a subscription before that knows of the publisher; what is sent in
# between is nobody's loss.
DISCOVERY_S = 2.0
_COUNTS = struct.Struct('=QQ')  # begun, published
_PAUSE = _COUNTS.size  # one byte after them


class CountedCamera(CameraNode):
    """Notes each frame before and after it is published; stands still where it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self._subscribed_at: float | None = None
        with open(os.environ[COUNT_FILE], 'r+b') as file:
            self._counted = mmap.mmap(file.fileno(), _PAUSE + 1)

    def _tick(self) -> None:
        if self._subscribed_at is None:
            if self._images.get_subscription_count():
                self._subscribed_at = time.monotonic()
        elif time.monotonic() - self._subscribed_at > DISCOVERY_S and not self._counted[_PAUSE]:
            super()._tick()

    def _publish(self, frame: Frame) -> None:
        _COUNTS.pack_into(self._counted, 0, self.published + 1, self.published)
        super()._publish(frame)
        _COUNTS.pack_into(self._counted, 0, self.published, self.published)


def clear_count(path: Path) -> None:
    """Make the file, before the camera is started."""
    path.write_bytes(bytes(_PAUSE + 1))


def pause(path: Path) -> None:
    """Tell the camera to send no more."""
    with path.open('r+b') as file:
        file.seek(_PAUSE)
        file.write(b'\1')


def read_count(path: Path) -> tuple[int, int]:
    """Return how many frames it began to publish, and how many it did."""
    begun, published = _COUNTS.unpack_from(path.read_bytes())
    return begun, published


def _play(node: CountedCamera) -> int:
    rclpy.spin(node)
    return 0


if __name__ == '__main__':
    sys.exit(run_node(NAME, CountedCamera, _play))
