# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""What is wrong with one camera: all that watches it, in one place."""

from collections.abc import Iterator
import time
from typing import Any

from rclpy.node import Node
from std_msgs.msg import Header

from hydranet_ros.frame_counts import Counts
from hydranet_ros.ros.calibration import Calibration
from hydranet_ros.ros.health import EngineWatch
from hydranet_ros.ros.health import FrameWatch
from hydranet_ros.ros.health import Reason
from hydranet_ros.ros.inputs import CameraInput
from hydranet_ros.ros.stamps import StampWatch


class StreamWatch:
    """Watch images, their stamps and their calibration; belongs to the executor's thread.

    Args:
        node: whose clock the stamps are compared with.
        topic: of the images, after remapping.
        calibration: of the camera.
        counts, lost, rebuilt: what there was before.

    Attributes:
        max_stamp_age: seconds that a stamp may be old on arrival; 0: any.

    """

    def __init__(
        self,
        node: Node,
        topic: str,
        calibration: Calibration,
        counts: Counts,
        lost: int | None,
        rebuilt: int,
    ) -> None:
        self._clock: Any = node.get_clock()  # a ROSClock
        self._calibration = calibration
        self._frames = FrameWatch(topic)
        self._stamps = StampWatch(topic)
        self._engines = EngineWatch(topic)
        self.max_stamp_age = 0.0
        now = time.perf_counter()
        list(self._frames.look(now, counts, lost))
        list(self._engines.look(now, rebuilt))

    def note(self, header: Header) -> None:
        """Take the header of an image that arrives."""
        stamp = header.stamp
        self._stamps.note(stamp.sec * 1_000_000_000 + stamp.nanosec, self._clock.now().nanoseconds)

    def look(
        self, camera: CameraInput, counts: Counts, lost: int | None, skipped: str, rebuilt: int
    ) -> Iterator[Reason]:
        """Say what is wrong since the last look.

        skipped: why the last failed image did. rebuilt: engines after the camera's first.
        """
        now = time.perf_counter()
        silence = camera.silence()
        if silence:
            yield Reason('silence', silence)
            self._stamps.forget()
        yield from self._frames.look(now, counts, lost, skipped)
        yield from self._engines.look(now, rebuilt)
        yield from self._stamps.look(
            now,
            self._clock.now().nanoseconds,
            self._clock.ros_time_is_active,
            self.max_stamp_age,
        )
        yield from self._calibration.troubles()
