# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""What the worker does with one frame: decode, predict, draw, publish, and time each step."""

from collections.abc import Collection
import threading
import time

import numpy as np
from rclpy.node import Node
from sensor_msgs.msg import CameraInfo

from hydranet_ros.image_decoder import ImageDecoder
from hydranet_ros.image_encodings import readable_layout
from hydranet_ros.perception import Perception
from hydranet_ros.ros.calibration import Calibration
from hydranet_ros.ros.inputs import CAMERA_INFO
from hydranet_ros.ros.inputs import IMAGE
from hydranet_ros.ros.publishers import Look
from hydranet_ros.ros.publishers import Output
from hydranet_ros.ros.publishers import OutputPublishers
from hydranet_ros.ros.slot import Outcome
from hydranet_ros.ros.statistics import Stage
from hydranet_ros.ros.statistics import StageTimes
from hydranet_ros.ros.worker import Frame


class FrameAnswerer:
    """Answer frames on the worker's thread, on the topics that have a subscriber.

    Attributes:
        look: colours of the pictures; the executor's thread replaces it as a whole.
        calibration: of the camera, as far as it is known.
        depth_scale: what the last answered depth was multiplied by; None: by nothing.
        times: how long the stages took.
        stamp_age: seconds from the stamp of the last answered image to its publication.

    """

    def __init__(
        self,
        node: Node,
        publishers: OutputPublishers,
        look: Look,
    ) -> None:
        self._context = node.context
        self._clock = node.get_clock()
        self._logger = node.get_logger()
        self._publishers = publishers
        self._decoder = ImageDecoder(warn=self._logger.warning)
        self._publishing = threading.Lock()
        self._active = False
        self._row = np.zeros(len(Stage))
        self.look = look
        self.calibration = Calibration(
            self._logger, node.resolve_topic_name(IMAGE), node.resolve_topic_name(CAMERA_INFO)
        )
        self.depth_scale: float | None = None
        self._told_scale = False
        self.times = StageTimes()
        self.stamp_age = 0.0

    def set_active(self, active: bool) -> None:
        """Allow or forbid to publish; once False has returned, nothing is published."""
        with self._publishing:
            self._active = active

    def check(self, frame: Frame) -> None:
        """Raise FrameError where the frame's message cannot be read."""
        readable_layout(frame.message)

    def __call__(self, perception: Perception, frame: Frame, free_since: float) -> Outcome:
        """Answer one frame; HydranetError where its message cannot be read."""
        message, row = frame.message, self._row
        height, width = message.height, message.width
        info = self.calibration.of_images(height, width)
        watched = self._publishers.watched()
        if not watched:
            self._publish((), frame, info)
            return Outcome.UNWATCHED
        began = time.perf_counter()
        rgb = self._decoder.decode(message)
        row[Stage.DECODE] = time.perf_counter() - began

        buffers = self._publishers.buffers(watched, height, width)
        fx = None
        if buffers.depth is not None:
            fx = self._focal_length(perception, height, width)
        perception.predict(
            rgb,
            fx=fx,
            depth_scale=None if fx else 1.0,
            out=buffers,
            wanted={output.field for output in watched},
        )
        timings = perception.timings
        row[Stage.PRE] = timings.pre
        row[Stage.NETWORK] = timings.network
        row[Stage.POST] = timings.post

        # Machines do not wait for the pictures for people.
        began = time.perf_counter()
        published = self._publish([one for one in watched if not one.picture], frame, info)
        drawing = time.perf_counter()
        self._publishers.render(watched, rgb, self.look)
        drawn = time.perf_counter()
        published &= self._publish([one for one in watched if one.picture], frame, None)
        ended = time.perf_counter()
        if not published:
            return Outcome.DROPPED
        row[Stage.RENDER] = drawn - drawing
        row[Stage.PUBLISH] = (drawing - began) + (ended - drawn)
        row[Stage.CALLBACK_TO_PUBLISH] = ended - frame.received
        row[Stage.WAIT] = max(0.0, free_since - frame.received)
        engine = timings.pre + timings.network + timings.post
        row[Stage.OVERHEAD] = row[Stage.CALLBACK_TO_PUBLISH] - row[Stage.WAIT] - engine
        self.times.record(row)
        stamp = message.header.stamp
        self.stamp_age = (self._clock.now().nanoseconds - stamp.nanosec) * 1e-9 - stamp.sec
        return Outcome.ANSWERED

    def _publish(self, outputs: Collection[Output], frame: Frame, info: CameraInfo | None) -> bool:
        with self._publishing:
            if not self._active:
                return False
            try:
                self._publishers.publish(outputs, info, frame.message.header)
            except Exception:
                # After Ctrl-C the context is gone before the node is told to stop.
                if self._context.ok():
                    raise
                return False
            return True

    def _focal_length(self, perception: Perception, height: int, width: int) -> float | None:
        """Return fx in pixels of the image where it is known and makes a difference."""
        assert perception.depth_range is not None, 'depth is watched'
        fx = self.calibration.fx(perception.depth_range, height, width)
        self.depth_scale = perception.depth_scale_for(fx, height, width) if fx else None
        if fx and not self._told_scale:
            self._told_scale = True
            self._logger.info(
                f'The metres of depth are those of your camera: {self.depth_scale:.4g} times '
                f'those of the canonical camera, as fx is {fx:.4g} px at {width}x{height}.'
            )
        return fx
