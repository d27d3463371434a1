# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The output topics: which a model has, which somebody wants, and the messages that are kept."""

from collections.abc import Collection
import copy

import numpy as np
from rclpy.node import Node
from rclpy.publisher import Publisher
from sensor_msgs.msg import CameraInfo
from sensor_msgs.msg import Image
from std_msgs.msg import Header

from hydranet_ros.outputs import DEPTH
from hydranet_ros.outputs import DEPTH_CAMERA_INFO
from hydranet_ros.outputs import Look
from hydranet_ros.outputs import Output
from hydranet_ros.outputs import OUTPUTS
from hydranet_ros.outputs import POINTS
from hydranet_ros.outputs import prediction_in
from hydranet_ros.outputs import render
from hydranet_ros.prediction import Prediction
from hydranet_ros.ros.cloud_publisher import CloudPublisher
from hydranet_ros.ros.compressed_publisher import CompressedPublisher
from hydranet_ros.ros.images import ImageWriter
from hydranet_ros.ros.incompatible_qos import IncompatibleQos
from hydranet_ros.ros.transport import OUTPUT
from hydranet_ros.zoo.card import Task


class OutputPublishers:
    """Publish predictions from messages that are allocated once for each camera size.

    The publishers belong to the executor's thread, which creates and destroys them; everything
    else belongs to the worker. `follow`, and what touches publishers, must exclude each other.

    Attributes:
        points: where depth is offered, and points are.

    """

    def __init__(self, node: Node, qos: IncompatibleQos, prefix: str = '') -> None:
        """`prefix` comes before the topics' names; `qos` is told of subscribers kept out."""
        self._node = node
        self._qos = qos
        self._prefix = prefix
        self._publishers: dict[Output, Publisher] = {}
        self._compressed: dict[Output, CompressedPublisher] = {}
        self._compressing: list[CompressedPublisher] = []
        self._camera_info: Publisher | None = None
        self.points: CloudPublisher | None = None
        self._writers: dict[Output, ImageWriter] = {}
        self._size = (0, 0)

    def follow(self, tasks: Collection[Task], enabled: Collection[str] = ()) -> None:
        """Offer what there is of these tasks, and take the other topics back.

        enabled: names of OUTPUT_NAMES; none: all.
        """
        wanted = {
            output
            for output in OUTPUTS
            if output.task in tasks and (not enabled or output.topic in enabled)
        }
        for output in self._publishers.keys() - wanted:
            self._node.destroy_publisher(self._publishers.pop(output))
            if output in self._compressed:
                self._compressed.pop(output).destroy()
        for output in sorted(wanted - self._publishers.keys(), key=OUTPUTS.index):
            self._offer(output)
        self._follow_points(Task.DEPTH in tasks and (not enabled or POINTS in enabled))
        self._follow_camera_info(DEPTH in wanted)

    def _offer(self, output: Output) -> None:
        topic = self._prefix + output.topic
        self._publishers[output] = self._qos.create_publisher(Image, topic, OUTPUT)
        if output.compression is not None:
            self._compressed[output] = CompressedPublisher(
                self._node, topic, output.compression, OUTPUT, self._qos.create_publisher
            )

    def _follow_points(self, wanted: bool) -> None:
        if wanted and self.points is None:
            self.points = CloudPublisher(self._node, self._qos, self._prefix)
        elif not wanted and self.points is not None:
            self.points.destroy()
            self.points = None

    def _follow_camera_info(self, wanted: bool) -> None:
        if wanted and self._camera_info is None:
            topic = self._prefix + DEPTH_CAMERA_INFO
            self._camera_info = self._qos.create_publisher(CameraInfo, topic, OUTPUT)
        elif not wanted and self._camera_info is not None:
            self._node.destroy_publisher(self._camera_info)
            self._camera_info = None

    def watched(self) -> tuple[Output, ...]:
        """Return the image outputs that have a subscriber now, raw or compressed."""
        return tuple(
            output
            for output, publisher in self._publishers.items()
            if publisher.get_subscription_count() > 0
            or (output in self._compressed and self._compressed[output].watched())
        )

    def all_watched(self) -> tuple[tuple[Output, ...], bool]:
        """Return the image outputs that have a subscriber now; and whether points have one."""
        return self.watched(), self.points is not None and self.points.watched()

    def buffers(self, fields: Collection[str], height: int, width: int) -> Prediction:
        """Return arrays inside the messages for these fields of a Prediction, None for others.

        The arrays are valid until the size changes.
        """
        if (height, width) != self._size:
            self._writers.clear()
            self._size = (height, width)
        return prediction_in(fields, self._array)

    def render(self, watched: Collection[Output], rgb: np.ndarray, look: Look) -> None:
        """Draw those of the watched outputs that are pictures for people, and compress.

        Args:
            watched: outputs for whose fields the arrays of `buffers` have been filled since.
            rgb: the camera's picture, uint8 (H, W, 3).
            look: colours.

        """
        render(watched, self._array, rgb, look)
        self._compressing = []
        for output, publisher in self._compressed.items():
            if output in watched and publisher.watched():
                publisher.compress(self._array(output), look.jpeg_quality)
                self._compressing.append(publisher)

    def publish(
        self, outputs: Collection[Output], info: CameraInfo | None, header: Header
    ) -> None:
        """Publish outputs, and the calibration where somebody wants it, with the image's header.

        The calibration is left as it is.
        """
        for output in outputs:
            publisher = self._publishers.get(output)
            if publisher is not None and publisher.get_subscription_count() > 0:
                message = self._writers[output].message
                message.header = header
                publisher.publish(message)
        if info is None or self._camera_info is None:
            return
        if self._camera_info.get_subscription_count() > 0:
            passed_on = copy.copy(info)
            passed_on.header = header
            self._camera_info.publish(passed_on)

    def publish_compressed(self, header: Header) -> None:
        """Publish what `render` compressed, with the image's header."""
        for publisher in self._compressing:
            publisher.publish(header)

    def _array(self, output: Output) -> np.ndarray:
        writer = self._writers.get(output)
        if writer is None:
            writer = self._writers[output] = ImageWriter(*self._size, output.encoding)
        return writer.array
