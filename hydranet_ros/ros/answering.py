# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""What the worker does with one frame: decode, predict, draw, publish, and time each step."""

from collections.abc import Callable
from collections.abc import Collection
import threading
import time

import numpy as np
from rclpy.node import Node
from sensor_msgs.msg import CameraInfo
from std_msgs.msg import Header

from hydranet_ros.camera_model import CameraModel
from hydranet_ros.image_decoder import ImageDecoder
from hydranet_ros.image_encodings import readable_layout
from hydranet_ros.outputs import Look
from hydranet_ros.outputs import Output
from hydranet_ros.outputs import POINTS_FIELDS
from hydranet_ros.perception import Perception
from hydranet_ros.prediction import Prediction
from hydranet_ros.prediction_filter import PredictionFilter
from hydranet_ros.ros.calibration import Calibration
from hydranet_ros.ros.inputs import CAMERA_INFO
from hydranet_ros.ros.inputs import IMAGE
from hydranet_ros.ros.publishers import OutputPublishers
from hydranet_ros.ros.slot import Outcome
from hydranet_ros.ros.statistics import Stage
from hydranet_ros.ros.statistics import StageTimes
from hydranet_ros.ros.worker import Frame


class FrameAnswerer:
    """Answer frames on the worker's thread, on the topics that have a subscriber.

    Attributes:
        look: colours of the pictures; the executor's thread replaces it as a whole.
        filter: limits of what is published; replaced likewise.
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
        chosen: PredictionFilter,
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
        self.filter = chosen
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
        camera = self._watched_camera(height, width)
        if not watched and camera is None:
            self._publish(lambda: self._publishers.publish((), info, message.header))
            return Outcome.UNWATCHED
        began = time.perf_counter()
        rgb = self._decoder.decode(message)
        row[Stage.DECODE] = time.perf_counter() - began

        fields = {output.field for output in watched}
        if camera is not None:
            fields.update(field for field in POINTS_FIELDS if field in perception.outputs)
        prediction = self._predict(perception, rgb, fields)
        if not self._send(watched, prediction, rgb, camera, info, message.header):
            return Outcome.DROPPED
        timings = perception.timings
        row[Stage.PRE] = timings.pre
        row[Stage.NETWORK] = timings.network
        row[Stage.POST] = timings.post
        row[Stage.CALLBACK_TO_PUBLISH] = time.perf_counter() - frame.received
        row[Stage.WAIT] = max(0.0, free_since - frame.received)
        engine = timings.pre + timings.network + timings.post
        row[Stage.OVERHEAD] = row[Stage.CALLBACK_TO_PUBLISH] - row[Stage.WAIT] - engine
        self.times.record(row)
        stamp = message.header.stamp
        self.stamp_age = (self._clock.now().nanoseconds - stamp.nanosec) * 1e-9 - stamp.sec
        return Outcome.ANSWERED

    def _watched_camera(self, height: int, width: int) -> CameraModel | None:
        """Return the lens where somebody wants points and it is known."""
        points = self._publishers.points
        if points is None or not points.watched():
            return None
        return self.calibration.camera_model(height, width)

    def _predict(self, perception: Perception, rgb: np.ndarray, fields: set[str]) -> Prediction:
        """Fill and filter these fields, in the memory of the messages."""
        height, width = rgb.shape[:2]
        chosen = self.filter
        wanted = chosen.needs(fields)
        prediction = self._publishers.buffers(wanted, height, width)
        fx = self._focal_length(perception, height, width) if 'depth' in wanted else None
        perception.predict(
            rgb, fx=fx, depth_scale=None if fx else 1.0, out=prediction, wanted=wanted
        )
        chosen.apply(prediction)
        return prediction

    def _send(
        self,
        watched: Collection[Output],
        prediction: Prediction,
        rgb: np.ndarray,
        camera: CameraModel | None,
        info: CameraInfo | None,
        header: Header,
    ) -> bool:
        """Publish all that is watched; machines do not wait for the pictures for people."""
        row, publishers, points = self._row, self._publishers, self._publishers.points
        images = [one for one in watched if not one.picture]
        began = time.perf_counter()
        published = self._publish(lambda: publishers.publish(images, info, header))
        sent = time.perf_counter()
        if points is not None and camera is not None:
            points.render(camera, rgb, prediction)
            published &= self._publish(lambda: points.publish(header))
        drawing = time.perf_counter()
        publishers.render(watched, rgb, self.look)
        drawn = time.perf_counter()
        pictures = [one for one in watched if one.picture]
        published &= self._publish(lambda: publishers.publish(pictures, None, header))
        row[Stage.POINTS] = drawing - sent
        row[Stage.RENDER] = drawn - drawing
        row[Stage.PUBLISH] = (sent - began) + (time.perf_counter() - drawn)
        return published

    def _publish(self, send: Callable[[], None]) -> bool:
        with self._publishing:
            if not self._active:
                return False
            try:
                send()
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
