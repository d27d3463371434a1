# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The input topics `image` and `camera_info`, and the watch over an image that does not come."""

from collections.abc import Callable
from collections.abc import Sequence
import time

from rclpy.node import Node
from rclpy.qos import ReliabilityPolicy
from rclpy.topic_endpoint_info import TopicEndpointInfo
from sensor_msgs.msg import CameraInfo

from hydranet_ros.ros.camera_info_subscription import CameraInfoSubscription
from hydranet_ros.ros.image_transport import COMPRESSED_SUFFIX
from hydranet_ros.ros.image_transport import ImageMessage
from hydranet_ros.ros.image_transport import ImageTransport
from hydranet_ros.ros.incompatible_qos import IncompatibleQos
from hydranet_ros.ros.subscription import ImageSubscription
from hydranet_ros.ros.transport import remedy

IMAGE = 'image'
CAMERA_INFO = 'camera_info'
SILENCE_S = 5.0


class CameraInput:
    """Subscribe to one camera.

    Args:
        node: the node.
        on_image: takes the message and when its callback began (time.perf_counter, seconds).
        on_camera_info: takes the message, which must be left as it is.
        reliability, transport: as the parameters `image_reliability`, `image_transport`.
        prefix: comes before the topics' names.
        qos: is told of cameras that are kept out.

    """

    def __init__(
        self,
        node: Node,
        on_image: Callable[[ImageMessage, float], None],
        on_camera_info: Callable[[CameraInfo], None],
        reliability: str,
        transport: ImageTransport | str = ImageTransport.RAW,
        prefix: str = '',
        qos: IncompatibleQos | None = None,
    ) -> None:
        self._node = node
        self._on_image = on_image
        self._transport = ImageTransport(transport)
        self._image = prefix + IMAGE
        self._topic = self._transport.topic(node, self._image)
        self._last = time.perf_counter()
        kept_out = None
        if qos is not None:
            kept_out = qos.callback(self._topic, is_input=True)
        self._images = ImageSubscription(
            node, self._transport.message_type, self._topic, self._take, reliability, kept_out
        )
        self._camera_info = CameraInfoSubscription(node, prefix + CAMERA_INFO, on_camera_info)

    @property
    def lost(self) -> int | None:
        """Images that the transport lost since the subscription; None where it cannot tell."""
        return self._images.lost

    @property
    def reliability(self) -> str:
        """What is asked of the camera now."""
        return str(self._images.reliability.name).lower()

    def silence(self) -> str:
        """Return why no image may have come for 5 s, or '' when one has."""
        if time.perf_counter() - self._last < SILENCE_S:
            return ''
        publishers = self._node.get_publishers_info_by_topic(self._topic)
        found = explain_silence(self._topic, self.reliability, publishers, self._transport)
        other = self._transport.other
        elsewhere = other.topic(self._node, self._image)
        if not publishers and self._node.count_publishers(elsewhere):
            return f'{found} Or set image_transport to {other.value}: {elsewhere} has a publisher.'
        return found

    def destroy(self) -> None:
        """Unsubscribe."""
        self._images.destroy()
        self._camera_info.destroy()

    def _take(self, message: ImageMessage) -> None:
        self._last = time.perf_counter()
        self._on_image(message, self._last)


def explain_silence(
    topic: str,
    asked: str,
    publishers: Sequence[TopicEndpointInfo],
    transport: ImageTransport = ImageTransport.RAW,
) -> str:
    """Say what is known about a topic that carries no image.

    Args:
        topic: the name after remapping.
        asked: the reliability that the node subscribes with.
        publishers: what Node.get_publishers_info_by_topic returns.
        transport: which messages the node reads.

    """
    head = f'No image on {topic} for {SILENCE_S:g} s: '
    if not publishers:
        return (
            head + 'nobody publishes it. Start the camera, or remap the input: '
            '--ros-args -r image:=/your/camera/image_raw.'
        )
    found = '; '.join(
        f'{one.node_namespace.rstrip("/")}/{one.node_name} publishes {one.topic_type}, '
        f'{one.qos_profile.reliability.name.lower()}, {one.qos_profile.durability.name.lower()}'
        for one in publishers
    )
    kinds = {one.topic_type for one in publishers}
    if transport.type_name not in kinds:
        advice = 'remap image to such a topic'
        if transport.other.type_name in kinds:
            advice = _to_other(topic, transport.other)
        return f'{head}{found}. The node reads {transport.type_name}; {advice}.'
    offers = {one.qos_profile.reliability for one in publishers}
    if asked == 'reliable' and ReliabilityPolicy.BEST_EFFORT in offers:
        return f'{head}{found}. The node asks for reliable; set image_reliability to auto.'
    return (
        f'{head}{found}. The camera is connected and sends nothing; check its driver. '
        f'Or each image is lost on the way: {remedy()}'
    )


def _to_other(topic: str, transport: ImageTransport) -> str:
    """Say how to read a topic that carries the messages of another transport."""
    compressed = transport is ImageTransport.COMPRESSED
    ours, base = 'image', topic
    if compressed and topic.endswith(COMPRESSED_SUFFIX):
        base = topic.removesuffix(COMPRESSED_SUFFIX)
    elif compressed:
        ours = 'image/compressed'
    return f'set image_transport to {transport.value} and remap {ours} to {base}'
