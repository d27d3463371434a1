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

from hydranet_ros.outputs import DEPTH_CAMERA_INFO
from hydranet_ros.outputs import Look
from hydranet_ros.outputs import NORMALS
from hydranet_ros.outputs import NORMALS_COLOR
from hydranet_ros.outputs import Output
from hydranet_ros.outputs import OUTPUTS
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
    else belongs to the worker.

    Attributes:
        points: of models with depth.
        from_depth: outputs that are computed from depth, in place of the network.

    """

    def __init__(
        self,
        node: Node,
        tasks: Collection[Task],
        qos: IncompatibleQos,
        prefix: str = '',
        normals_from_depth: bool = False,
    ) -> None:
        """`prefix` comes before the topics' names; `qos` is told of subscribers kept out."""
        self._node = node
        self.from_depth: tuple[Output, ...] = ()
        if normals_from_depth and Task.DEPTH in tasks and Task.NORMALS not in tasks:
            tasks = {*tasks, Task.NORMALS}
            self.from_depth = (NORMALS, NORMALS_COLOR)
        self._publishers: dict[Output, Publisher] = {
            output: qos.create_publisher(Image, prefix + output.topic, OUTPUT)
            for output in OUTPUTS
            if output.task in tasks
        }
        self._compressed = {
            output: CompressedPublisher(
                node, prefix + output.topic, output.compression, OUTPUT, qos.create_publisher
            )
            for output in self._publishers
            if output.compression is not None
        }
        self._compressing: list[CompressedPublisher] = []
        self._camera_info: Publisher | None = None
        self.points: CloudPublisher | None = None
        if Task.DEPTH in tasks:
            self.points = CloudPublisher(node, qos, prefix)
            topic = prefix + DEPTH_CAMERA_INFO
            self._camera_info = qos.create_publisher(CameraInfo, topic, OUTPUT)
        self._writers: dict[Output, ImageWriter] = {}
        self._size = (0, 0)

    def watched(self) -> tuple[Output, ...]:
        """Return the image outputs that have a subscriber now, raw or compressed."""
        return tuple(
            output
            for output, publisher in self._publishers.items()
            if publisher.get_subscription_count() > 0
            or (output in self._compressed and self._compressed[output].watched())
        )

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
            publisher = self._publishers[output]
            if publisher.get_subscription_count() > 0:
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

    def destroy(self) -> None:
        """Take the topics back."""
        for publisher in self._publishers.values():
            self._node.destroy_publisher(publisher)
        for compressed in self._compressed.values():
            compressed.destroy()
        if self._camera_info is not None:
            self._node.destroy_publisher(self._camera_info)
        if self.points is not None:
            self.points.destroy()

    def _array(self, output: Output) -> np.ndarray:
        writer = self._writers.get(output)
        if writer is None:
            writer = self._writers[output] = ImageWriter(*self._size, output.encoding)
        return writer.array
