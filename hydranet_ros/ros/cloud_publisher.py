# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The topic `points`: an organised cloud in a message whose memory is kept."""

import numpy as np
from rclpy.node import Node
from rclpy.publisher import Publisher
from sensor_msgs.msg import PointCloud2
from sensor_msgs.msg import PointField
from std_msgs.msg import Header

from hydranet_ros.camera_model import CameraModel
from hydranet_ros.outputs import POINTS
from hydranet_ros.point_cloud import cloud_size
from hydranet_ros.point_cloud import CloudWriter
from hydranet_ros.point_cloud import POINT
from hydranet_ros.point_cloud import POINT_FIELDS
from hydranet_ros.prediction import Prediction
from hydranet_ros.ros.incompatible_qos import IncompatibleQos
from hydranet_ros.ros.transport import OUTPUT


def cloud_fields() -> list[PointField]:
    """Describe POINT to the subscribers."""
    return [
        PointField(name=name, offset=offset, datatype=datatype, count=1)
        for name, offset, datatype in POINT_FIELDS
    ]


class CloudPublisher:
    """Publish clouds; made and destroyed on the executor's thread, else the worker's.

    Attributes:
        stride: of the pixels that become points; the executor's thread may change it.

    """

    def __init__(self, node: Node, qos: IncompatibleQos, prefix: str = '') -> None:
        """`prefix` comes before the topic's name; `qos` is told of subscribers kept out."""
        self._node = node
        self._publisher: Publisher | None = qos.create_publisher(
            PointCloud2, prefix + POINTS, OUTPUT
        )
        self._writer = CloudWriter()
        self._message = PointCloud2()
        self._points = np.empty((0, 0), POINT)
        self.stride = 1

    def watched(self) -> bool:
        """Tell whether somebody subscribes now."""
        publisher = self._publisher
        return publisher is not None and publisher.get_subscription_count() > 0

    def render(self, camera: CameraModel, rgb: np.ndarray, prediction: Prediction) -> None:
        """Write the points of one frame into the message.

        rgb: uint8 (H, W, 3). prediction: with depth, and what else the model has of POINTS_FIELDS.
        """
        assert prediction.depth is not None, 'models without depth have no points'
        stride, (height, width) = self.stride, prediction.depth.shape
        self._resize(*cloud_size(height, width, stride))
        self._writer.write(
            self._points,
            camera,
            rgb,
            prediction.depth,
            prediction.labels,
            prediction.confidence,
            stride,
        )

    def publish(self, header: Header) -> None:
        """Publish what was written last, with the image's header, where the topic is offered."""
        if self._publisher is not None:
            self._message.header = header
            self._publisher.publish(self._message)

    def destroy(self) -> None:
        """Take the topic back."""
        if self._publisher is not None:
            self._node.destroy_publisher(self._publisher)
            self._publisher = None

    def _resize(self, height: int, width: int) -> None:
        if self._points.shape == (height, width):
            return
        self._message = PointCloud2(
            height=height,
            width=width,
            fields=cloud_fields(),
            point_step=POINT.itemsize,
            row_step=width * POINT.itemsize,
            is_bigendian=False,
            is_dense=False,
        )
        # In place, because assigning to `data` may copy.
        self._message.data.frombytes(bytes(height * width * POINT.itemsize))
        self._points = np.frombuffer(self._message.data, POINT).reshape(height, width)
