# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The perception node between a camera and a listener, in one process."""

from typing import Any

from diagnostic_msgs.msg import DiagnosticArray
from lifecycle_msgs.srv import ChangeState
from lifecycle_msgs.srv import GetState
import numpy as np
from rcl_interfaces.msg import SetParametersResult
from rclpy.parameter import Parameter
from sensor_msgs.msg import CameraInfo
from sensor_msgs.msg import Image

from hydranet_ros.frame_counts import Counts
from hydranet_ros.ros.camera_stream import CameraStream
from hydranet_ros.ros.diagnostics import entries_of
from hydranet_ros.ros.node import PerceptionNode
from hydranet_ros.ros.transport import OUTPUT
from test.ros.conftest import Graph
from test.ros.conftest import wait_until

HEIGHT, WIDTH = 61, 93
FRAME_ID = 'front/camera_optical'
ENGINE = {'backend': 'onnxruntime', 'precision': 'fp32', 'threads': 1}


def picture(seed: int = 0, height: int = HEIGHT, width: int = WIDTH) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)


def image(rgb: np.ndarray, number: int = 0, encoding: str = 'rgb8') -> Image:
    height, width, channels = rgb.shape
    message = Image(height=height, width=width, encoding=encoding, step=width * channels)
    message.header.frame_id = FRAME_ID
    message.header.stamp.sec = -7 if number == 0 else number
    message.header.stamp.nanosec = 999_999_999 - number
    message.data.frombytes(rgb.tobytes())
    return message


class Bench:
    """Drives the node as another node does: by its topics, services and parameters."""

    def __init__(self, graph: Graph, **parameters: Any) -> None:
        overrides = [Parameter(name, value=value) for name, value in (ENGINE | parameters).items()]
        self.perception: PerceptionNode = graph.add(
            PerceptionNode(context=graph.context, parameter_overrides=overrides)
        )
        self.peer = graph.node('peer')
        self.received: dict[str, list[Any]] = {}
        self.health: list[dict[str, Any]] = []
        self._camera = self.peer.create_publisher(Image, 'image', OUTPUT)
        self._info = self.peer.create_publisher(CameraInfo, 'camera_info', OUTPUT)
        self._change = self.peer.create_client(ChangeState, 'perception/change_state')
        self._get = self.peer.create_client(GetState, 'perception/get_state')
        self.peer.create_subscription(DiagnosticArray, '/diagnostics', self._note_health, 10)

    def change(self, transition: int) -> bool:
        request = ChangeState.Request()
        request.transition.id = transition
        return self._call(self._change, request).success

    def state(self) -> str:
        return self._call(self._get, GetState.Request()).current_state.label

    def start(self) -> None:
        assert self.change(1)
        assert self.change(3)
        assert self.state() == 'active'
        self.wait_for_camera()

    def wait_for_camera(self) -> None:
        wait_until(lambda: self._camera.get_subscription_count() == 1, 'subscription to image')
        wait_until(lambda: self._info.get_subscription_count() == 1, 'subscription to info')

    def listen(self, *topics: str, message_type: type = Image) -> None:
        for topic in topics:
            self.received[topic] = []
            self.peer.create_subscription(message_type, topic, self.received[topic].append, 10)
            wait_until(
                lambda topic=topic: (
                    self.peer.count_publishers(topic) == 1
                    and all(
                        one.get_subscription_count() == 1
                        for one in self.perception.publishers
                        if one.topic_name == f'/{topic}'
                    )
                ),
                f'publisher of {topic}',
            )

    def show(self, message: Image) -> None:
        """Publish an image and wait until the node has taken it."""
        before = self.counts.received
        self._camera.publish(message)
        wait_until(lambda: self.counts.received == before + 1, 'receipt of the image')

    def show_and_wait(self, message: Image) -> Counts:
        """Publish an image and wait until the node is done with it."""
        self.show(message)
        return wait_until(lambda: self.counts.in_flight == 0 and self.counts, 'end of the frame')

    def show_info(self, info: CameraInfo) -> None:
        self._info.publish(info)

    def messages(self, topic: str, number: int) -> list[Any]:
        wait_until(lambda: len(self.received[topic]) >= number, f'message {number} of {topic}')
        return self.received[topic]

    def health_with(self, **entries: str) -> dict[str, Any]:
        """Wait for a diagnostic message with these entries."""
        return wait_until(
            lambda: next((one for one in self.health if entries.items() <= one.items()), None),
            f'{entries} on /diagnostics',
        )

    def set_parameter(self, name: str, value: Any) -> SetParametersResult:
        return self.perception.set_parameters([Parameter(name, value=value)])[0]

    @property
    def stream(self) -> CameraStream:
        return self.perception._session._streams[0]

    @property
    def counts(self) -> Counts:
        return self.perception.counts

    def _note_health(self, message: DiagnosticArray) -> None:
        entries = entries_of(message)
        if entries is not None:
            status = message.status[0]
            self.health.append(entries | {'summary': status.message, 'level': status.level})

    def _call(self, client: Any, request: Any) -> Any:
        assert client.wait_for_service(20)
        future = client.call_async(request)
        wait_until(future.done, 'answer of the service')
        return future.result()
