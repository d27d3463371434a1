# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The output topics: which a model has, which somebody wants, and the messages that are kept."""

from collections.abc import Collection
import copy
from dataclasses import dataclass

import numpy as np
from rclpy.node import Node
from rclpy.publisher import Publisher
from sensor_msgs.msg import CameraInfo
from sensor_msgs.msg import Image
from std_msgs.msg import Header

from hydranet_ros.perception import Prediction
from hydranet_ros.rendering import color_depth
from hydranet_ros.rendering import color_labels
from hydranet_ros.rendering import overlay
from hydranet_ros.ros.cloud_publisher import CloudPublisher
from hydranet_ros.ros.images import ImageWriter
from hydranet_ros.ros.transport import OUTPUT
from hydranet_ros.zoo.card import Task


@dataclass(frozen=True)
class Output:
    """One image topic: the task it needs, and the Prediction field that it is or pictures."""

    topic: str
    encoding: str
    task: Task
    field: str
    picture: bool = False


SEMANTIC = Output('semantic', 'mono8', Task.SEMANTIC, 'labels')
SEMANTIC_COLOR = Output('semantic/color', 'rgb8', Task.SEMANTIC, 'labels', picture=True)
SEMANTIC_OVERLAY = Output('semantic/overlay', 'rgb8', Task.SEMANTIC, 'labels', picture=True)
SEMANTIC_CONFIDENCE = Output('semantic/confidence', 'mono8', Task.SEMANTIC, 'confidence')
DEPTH = Output('depth', '32FC1', Task.DEPTH, 'depth')
DEPTH_COLOR = Output('depth/color', 'rgb8', Task.DEPTH, 'depth', picture=True)
OUTPUTS = (
    SEMANTIC,
    SEMANTIC_COLOR,
    SEMANTIC_OVERLAY,
    SEMANTIC_CONFIDENCE,
    DEPTH,
    DEPTH_COLOR,
)
DEPTH_CAMERA_INFO = 'depth/camera_info'

# The message whose memory holds a field, whether that topic is subscribed or only its pictures.
_HOMES = {'labels': SEMANTIC, 'confidence': SEMANTIC_CONFIDENCE, 'depth': DEPTH}


@dataclass(frozen=True)
class Look:
    """How the pictures for people are drawn.

    Attributes:
        palette: uint8 (256, 3) RGB, the colour of each label.
        overlay_alpha: 0 to 1.
        depth_min, depth_max: metres of the warmest and of the coldest colour.

    """

    palette: np.ndarray
    overlay_alpha: float
    depth_min: float
    depth_max: float


class OutputPublishers:
    """Publish predictions from messages that are allocated once for each camera size.

    The publishers belong to the executor's thread, which creates and destroys them; everything
    else belongs to the worker.

    Attributes:
        points: of models with depth.

    """

    def __init__(self, node: Node, tasks: Collection[Task]) -> None:
        self._node = node
        self._publishers: dict[Output, Publisher] = {
            output: node.create_publisher(Image, output.topic, OUTPUT)
            for output in OUTPUTS
            if output.task in tasks
        }
        self._camera_info: Publisher | None = None
        self.points: CloudPublisher | None = None
        if Task.DEPTH in tasks:
            self.points = CloudPublisher(node)
            self._camera_info = node.create_publisher(CameraInfo, DEPTH_CAMERA_INFO, OUTPUT)
        self._writers: dict[Output, ImageWriter] = {}
        self._size = (0, 0)

    def watched(self) -> tuple[Output, ...]:
        """Return the image outputs that have a subscriber now."""
        return tuple(
            output
            for output, publisher in self._publishers.items()
            if publisher.get_subscription_count() > 0
        )

    def buffers(self, fields: Collection[str], height: int, width: int) -> Prediction:
        """Return arrays inside the messages for these fields of a Prediction, None for others.

        The arrays are valid until the size changes.
        """
        if (height, width) != self._size:
            self._writers.clear()
            self._size = (height, width)
        prediction = Prediction()
        for field in fields:
            setattr(prediction, field, self._array(_HOMES[field]))
        return prediction

    def render(self, watched: Collection[Output], rgb: np.ndarray, look: Look) -> None:
        """Draw those of the watched outputs that are pictures for people.

        Args:
            watched: outputs for whose fields the arrays of `buffers` have been filled since.
            rgb: the camera's picture, uint8 (H, W, 3).
            look: colours.

        """
        if SEMANTIC_COLOR in watched or SEMANTIC_OVERLAY in watched:
            labels, color = self._array(SEMANTIC), self._array(SEMANTIC_COLOR)
            color_labels(labels, look.palette, out=color)
            if SEMANTIC_OVERLAY in watched:
                out = self._array(SEMANTIC_OVERLAY)
                overlay(rgb, color, look.overlay_alpha, labels=labels, out=out)
        if DEPTH_COLOR in watched:
            out = self._array(DEPTH_COLOR)
            color_depth(self._array(DEPTH), look.depth_min, look.depth_max, out=out)

    def publish(
        self, outputs: Collection[Output], info: CameraInfo | None, header: Header
    ) -> None:
        """Publish outputs, and the calibration where somebody wants it, with the image's header.

        The calibration is left as it is.
        """
        for output in outputs:
            message = self._writers[output].message
            message.header = header
            self._publishers[output].publish(message)
        if info is None or self._camera_info is None:
            return
        if self._camera_info.get_subscription_count() > 0:
            passed_on = copy.copy(info)
            passed_on.header = header
            self._camera_info.publish(passed_on)

    def destroy(self) -> None:
        """Take the topics back."""
        for publisher in self._publishers.values():
            self._node.destroy_publisher(publisher)
        if self._camera_info is not None:
            self._node.destroy_publisher(self._camera_info)
        if self.points is not None:
            self.points.destroy()

    def _array(self, output: Output) -> np.ndarray:
        writer = self._writers.get(output)
        if writer is None:
            writer = self._writers[output] = ImageWriter(*self._size, output.encoding)
        return writer.array
