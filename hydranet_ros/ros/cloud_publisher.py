# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The topic `points`: an organised cloud in a message whose memory is kept."""

import numpy as np
from rclpy.node import Node
from sensor_msgs.msg import PointCloud2
from sensor_msgs.msg import PointField

from hydranet_ros.camera_model import CameraModel
from hydranet_ros.outputs import POINTS
from hydranet_ros.point_cloud import cloud_size
from hydranet_ros.point_cloud import CloudWriter
from hydranet_ros.point_cloud import POINT
from hydranet_ros.point_cloud import POINT_FIELDS
from hydranet_ros.prediction import Prediction
from hydranet_ros.ros.incompatible_qos import IncompatibleQos
from hydranet_ros.ros.offered_topic import OfferedTopic
from hydranet_ros.ros.transport import OUTPUT


def cloud_fields() -> list[PointField]:
    """Describe POINT to the subscribers."""
    return [
        PointField(name=name, offset=offset, datatype=datatype, count=1)
        for name, offset, datatype in POINT_FIELDS
    ]


class CloudPublisher(OfferedTopic):
    """Publish clouds; made and destroyed on the executor's thread, else the worker's.

    Attributes:
        stride: of the pixels that become points; the executor's thread may change it.

    """

    def __init__(self, node: Node, qos: IncompatibleQos, prefix: str = '') -> None:
        """`prefix` comes before the topic's name; `qos` is told of subscribers kept out."""
        publisher = qos.create_publisher(PointCloud2, prefix + POINTS, OUTPUT)
        super().__init__(node, publisher, PointCloud2())
        self._writer = CloudWriter()
        self._points = np.empty((0, 0), POINT)
        self.stride = 1

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
