# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""What the worker does with frames: decode, predict, draw, publish, and time each step."""

from __future__ import annotations

from collections.abc import Collection
import time

import numpy as np
from rclpy.node import Node

from hydranet_ros.deploy.engine import Timings
from hydranet_ros.image_reader import ImageReader
from hydranet_ros.outputs import NORMALS
from hydranet_ros.outputs import Output
from hydranet_ros.outputs import POINTS
from hydranet_ros.outputs import POINTS_FIELDS
from hydranet_ros.perception import Perception
from hydranet_ros.prediction import Prediction
from hydranet_ros.ros.calibration import Calibration
from hydranet_ros.ros.derived_normals import DerivedNormals
from hydranet_ros.ros.frames import AnswerRules
from hydranet_ros.ros.frames import DecodedFrame
from hydranet_ros.ros.frames import Frame
from hydranet_ros.ros.image_transport import ImageMessage
from hydranet_ros.ros.publishers import OutputPublishers
from hydranet_ros.ros.publishing_gate import PublishingGate
from hydranet_ros.ros.statistics import Stage
from hydranet_ros.ros.statistics import StageTimes
from hydranet_ros.zoo.card_types import Task

_NOBODY: tuple[tuple[Output, ...], bool] = ((), False)


class FrameAnswerer:
    """Answer one camera's frames on the worker's thread, on the topics that have a subscriber.

    Attributes:
        rules: for the frames from the next one on; another thread replaces them as a whole.
        calibration: of the camera, as far as it is known.
        depth_scale: what the last answered depth was multiplied by; None: by nothing.
        times: how long the stages took.
        stamp_age: seconds from the stamp of the last answered image to its publication.
        skipped: why the last image that was not answered could not be.
        rebuilt: how many engines the images needed after the first, because their size changed.

    """

    rules: AnswerRules

    def __init__(self, node: Node, publishers: OutputPublishers, calibration: Calibration) -> None:
        self._clock = node.get_clock()
        self._logger = node.get_logger()
        self._publishers = publishers
        self._reader = ImageReader(warn=self._logger.warning)
        self._normals = DerivedNormals(publishers)
        self._gate = PublishingGate(node.context)
        self._row = np.zeros(len(Stage))
        self._told_scale = False
        self.calibration = calibration
        self.depth_scale: float | None = None
        self.times = StageTimes()
        self.stamp_age = 0.0
        self.skipped = ''
        self.rebuilt = 0

    def set_active(self, active: bool) -> None:
        """Allow or forbid to publish; once False has returned, nothing is published."""
        self._gate.set_active(active)

    def offer(self, tasks: Collection[Task], enabled: Collection[str]) -> None:
        """Let the topics be those of these tasks, as far as they are enabled."""
        with self._gate.lock:
            self._publishers.follow(tasks, enabled)

    def read(self, frame: Frame, size: tuple[int, int] | None) -> DecodedFrame | None:
        """Decode a frame; None where nobody wants it and it has the size that is known.

        HydranetError where its message cannot be read.
        """
        message, rules = frame.message, self.rules
        watched, cloud = self._watched(rules.tasks | rules.derived)
        if size and not watched and not cloud and size == self._reader.size_of(message):
            self.pass_on(message, size)
            return None
        began = time.perf_counter()
        rgb = self._reader.read(message)
        seconds = time.perf_counter() - began
        lens = None
        derived = any(one.task in rules.derived for one in watched)
        if cloud or derived:
            needed_for = NORMALS.topic if derived else POINTS
            height, width = rgb.shape[:2]
            lens = self.calibration.camera_model(height, width, needed_for)
        if lens is None:
            cloud = False
            watched = tuple(one for one in watched if one.task not in rules.derived)
        return DecodedFrame(frame, rules, rgb, watched, cloud, lens, seconds)

    def _watched(self, tasks: Collection[Task]) -> tuple[tuple[Output, ...], bool]:
        """Return the outputs of these tasks that somebody wants; and whether points are."""
        watched, cloud = self._gate.look(self._publishers.all_watched, _NOBODY)
        return tuple(one for one in watched if one.task in tasks), cloud and Task.DEPTH in tasks

    def pass_on(self, message: ImageMessage, size: tuple[int, int]) -> None:
        """Publish what needs no prediction."""
        info = self.calibration.of_images(*size)
        self._gate.send(lambda: self._publishers.publish((), info, message.header))

    def fields(self, perception: Perception, decoded: DecodedFrame) -> set[str]:
        """Name what of a Prediction the outputs of a frame are made from."""
        fields = {output.field for output in decoded.watched}
        if decoded.points:
            fields.update(field for field in POINTS_FIELDS if field in perception.outputs)
        return self._normals.fields(fields, perception, decoded.size)

    def buffers(self, fields: Collection[str], decoded: DecodedFrame) -> Prediction:
        """Return arrays for these fields, in the memory of the messages."""
        return self._publishers.buffers(fields, *decoded.size)

    def focal_length(self, perception: Perception, decoded: DecodedFrame) -> float | None:
        """Return fx in pixels of the image where it is known and makes a difference."""
        assert perception.depth_range is not None, 'depth is watched'
        height, width = decoded.size
        fx = self.calibration.fx(perception.depth_range, height, width)
        self.depth_scale = perception.depth_scale_for(fx, height, width) if fx else None
        if fx and not self._told_scale:
            self._told_scale = True
            self._logger.info(
                f'The metres of depth are those of your camera: {self.depth_scale:.4g} times '
                f'those of the canonical camera, as fx is {fx:.4g} px at {width}x{height}.'
            )
        return fx

    def publish(
        self, decoded: DecodedFrame, prediction: Prediction, timings: Timings, free_since: float
    ) -> bool:
        """Publish what is watched of a prediction; False where that is forbidden by now.

        timings: of the network. free_since: since when the worker had no other frame in hand
        (perf_counter).
        """
        row, frame = self._row, decoded.frame
        decoded.rules.limits.apply(prediction)
        if not self._send(decoded, prediction):
            return False
        row[Stage.DECODE] = decoded.seconds
        row[Stage.PRE] = timings.pre
        row[Stage.NETWORK] = timings.network
        row[Stage.POST] = timings.post
        row[Stage.CALLBACK_TO_PUBLISH] = time.perf_counter() - frame.received
        row[Stage.WAIT] = max(0.0, free_since - frame.received)
        engine = timings.pre + timings.network + timings.post
        row[Stage.OVERHEAD] = row[Stage.CALLBACK_TO_PUBLISH] - row[Stage.WAIT] - engine
        self.times.record(row)
        stamp = frame.message.header.stamp
        self.stamp_age = (self._clock.now().nanoseconds - stamp.nanosec) * 1e-9 - stamp.sec
        return True

    def _send(self, decoded: DecodedFrame, prediction: Prediction) -> bool:
        """Publish all that is watched; machines do not wait for the pictures for people."""
        row, publishers, points = self._row, self._publishers, self._publishers.points
        derived, look = decoded.rules.derived, decoded.rules.look
        watched, rgb, header = decoded.watched, decoded.rgb, decoded.frame.message.header
        info = self.calibration.of_images(*decoded.size)
        computed = [one for one in watched if one.task in derived]
        images = [one for one in watched if not one.picture and one not in computed]
        began = time.perf_counter()
        published = self._gate.send(lambda: publishers.publish(images, info, header))
        sent = time.perf_counter()
        if points is not None and decoded.points and decoded.lens is not None:
            points.render(decoded.lens, rgb, prediction)
            published &= self._gate.send(lambda: points.publish(header))
        clouded = time.perf_counter()
        if computed:
            self._normals.render(decoded, prediction)
            normals = [one for one in computed if not one.picture]
            published &= self._gate.send(lambda: publishers.publish(normals, None, header))
        drawing = time.perf_counter()
        self._gate.look(lambda: publishers.render(watched, rgb, look), None)
        drawn = time.perf_counter()
        pictures = [one for one in watched if one.picture]
        published &= self._gate.send(lambda: publishers.publish(pictures, None, header))
        published &= self._gate.send(lambda: publishers.publish_compressed(header))
        row[Stage.POINTS] = clouded - sent
        row[Stage.NORMALS] = drawing - clouded
        row[Stage.RENDER] = drawn - drawing
        row[Stage.PUBLISH] = (sent - began) + (time.perf_counter() - drawn)
        return published
