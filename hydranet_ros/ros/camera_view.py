# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""One camera in the viewer: subscribe to its topics, pair them by stamps, hand frames on."""

from collections.abc import Callable
from functools import partial
import time
from typing import Any

import numpy as np
from rclpy.node import Node
from rclpy.qos import QoSProfile
from rclpy.qos import ReliabilityPolicy
from rclpy.subscription import Subscription
from sensor_msgs.msg import CameraInfo
from sensor_msgs.msg import CompressedImage
from sensor_msgs.msg import Image
from sensor_msgs.msg import PointCloud2

from hydranet_ros.camera_info import camera_model
from hydranet_ros.camera_info import fits
from hydranet_ros.camera_info import is_rectified
from hydranet_ros.camera_model import CameraModel
from hydranet_ros.compressed_image import decode_compressed
from hydranet_ros.compressed_image import media_type
from hydranet_ros.errors import HydranetError
from hydranet_ros.errors import in_words
from hydranet_ros.image_decoder import ImageDecoder
from hydranet_ros.point_cloud import POINT
from hydranet_ros.ros.bridge import make_bridge
from hydranet_ros.ros.camera_info_subscription import CameraInfoSubscription
from hydranet_ros.ros.stamped_sets import nanoseconds
from hydranet_ros.ros.stamped_sets import StampedSets
from hydranet_ros.ros.subscription import ImageSubscription
from hydranet_ros.viewer.scene import EncodedPicture
from hydranet_ros.viewer.scene import ShownFrame
from hydranet_ros.viewer.topics import CameraTopics
from hydranet_ros.viewer.topics import COMPRESSED
from hydranet_ros.viewer.topics import Shown

# What has a publisher and sends nothing is not waited for: before its first message (the node may
# still build its engine), and after its last one (the node may be inactive).
SILENT_AT_FIRST_S, SILENT_S = 5.0, 30.0
_QOS = QoSProfile(depth=5, reliability=ReliabilityPolicy.RELIABLE)


class CameraView:
    """Give the parts of each frame to `show`, at most `rate` frames a second, the newest.

    Attributes:
        frames: how many were shown.
        passed_over: how many complete ones were not, because of the rate.

    """

    def __init__(
        self,
        node: Node,
        topics: CameraTopics,
        rate: float,
        show: Callable[[ShownFrame], None],
    ) -> None:
        self._node, self._topics, self._show = node, topics, show
        self._period = 1.0 / rate if rate else 0.0
        self._sets: StampedSets[Any] = StampedSets()
        self._expected: set[Shown] = set()
        self._due: dict[Shown, float] = {}
        self._shown_at, self._shown_stamp = -np.inf, -1
        self._decoder, self._bridge = ImageDecoder(), make_bridge()
        self._info: CameraInfo | None = None
        self._lens: tuple[CameraInfo | None, int, int] = (None, 0, 0)
        self._model: CameraModel | None = None
        self.frames = self.passed_over = 0
        self._subscriptions: list[ImageSubscription | Subscription] = [
            self._subscribe(what, topic) for what, topic in topics.shown.items()
        ]
        CameraInfoSubscription(node, topics.camera_info, self._take_info)

    def look_for_publishers(self) -> None:
        """Find out which topics belong to a whole frame now; to be called now and then."""
        now = time.monotonic()
        for what, topic in self._topics.shown.items():
            if not self._node.count_publishers(topic):
                self._due.pop(what, None)
                self._expected.discard(what)
                continue
            due = self._due.setdefault(what, now + SILENT_AT_FIRST_S)
            (self._expected.add if now < due else self._expected.discard)(what)

    @property
    def missing(self) -> list[str]:
        """Return the topics that nobody publishes."""
        return [
            self._node.resolve_topic_name(topic)
            for what, topic in self._topics.shown.items()
            if what not in self._due
        ]

    def _subscribe(self, what: Shown, topic: str) -> ImageSubscription | Subscription:
        take = partial(self._take, what)
        if what is Shown.IMAGE:
            kind = CompressedImage if topic.endswith(COMPRESSED) else Image
            return ImageSubscription(self._node, kind, topic, take)
        kind = PointCloud2 if what is Shown.POINTS else Image
        return self._node.create_subscription(kind, topic, take, _QOS)

    def _take_info(self, message: CameraInfo) -> None:
        self._info = message

    def _take(self, what: Shown, message: Any) -> None:
        now = time.monotonic()
        self._due[what] = now + SILENT_S
        self._expected.add(what)
        stamp_ns = nanoseconds(message.header.stamp)
        found = self._sets.add(what, stamp_ns, message, self._expected)
        if found is None:
            return
        is_next = stamp_ns != self._shown_stamp
        if is_next:
            if now - self._shown_at < self._period:
                self.passed_over += 1
                return
            self._shown_at, self._shown_stamp = now, stamp_ns
        try:
            self._show(self._frame(stamp_ns, found))
        except Exception as error:  # whatever else is on these topics: it costs this frame
            self._warn(f'Not shown: {in_words(error)}')
        else:
            self.frames += is_next

    def _warn(self, text: str) -> None:
        self._node.get_logger().warning(text, throttle_duration_sec=30.0)

    def _frame(self, stamp_ns: int, found: dict[str, Any]) -> ShownFrame:
        def pixels(what: Shown) -> np.ndarray | None:
            message = found.get(what)
            return None if message is None else self._bridge.imgmsg_to_cv2(message)

        sized = found.get(Shown.DEPTH) or found.get(Shown.SEMANTIC)
        points = found.get(Shown.POINTS)
        return ShownFrame(
            stamp_ns=stamp_ns,
            picture=self._picture(found.get(Shown.IMAGE)),
            labels=pixels(Shown.SEMANTIC),
            depth=pixels(Shown.DEPTH),
            normals=pixels(Shown.NORMALS),
            points=None if points is None else _points(points),
            camera=None if sized is None else self._camera(sized.height, sized.width),
        )

    def _picture(self, message: Any) -> np.ndarray | EncodedPicture | None:
        if message is None:
            return None
        if isinstance(message, Image):
            return self._decoder.decode(message)
        media = media_type(message)
        if media is None:
            return decode_compressed(message)
        return EncodedPicture(bytes(message.data), media)

    def _camera(self, height: int, width: int) -> CameraModel | None:
        """Return the lens of images of this size; None where none is stated, or no usable one."""
        info = self._info
        # Compared by identity: the same message is not looked at twice.
        if self._lens[0] is not info or self._lens[1:] != (height, width):
            self._lens, self._model = (info, height, width), None
            if info is not None and fits(info, height, width):
                rectified = is_rectified(self._node.resolve_topic_name(self._topics.image))
                try:
                    self._model = camera_model(info, rectified, height, width)
                except HydranetError as error:
                    self._warn(f'There are no points: {error}')
        return self._model


def _points(message: PointCloud2) -> np.ndarray:
    if message.point_step != POINT.itemsize or len(message.fields) != len(POINT.names or ()):
        raise HydranetError(
            f'a cloud with {message.point_step} bytes a point is not one of ours; leave points '
            'out of --topics.'
        )
    due = message.height * message.width * POINT.itemsize
    if len(message.data) != due:
        raise HydranetError(
            f'a cloud of {message.width}x{message.height} points should hold {due} bytes and '
            f'holds {len(message.data)}; leave points out of --topics.'
        )
    return np.frombuffer(message.data, POINT).reshape(message.height, message.width)
