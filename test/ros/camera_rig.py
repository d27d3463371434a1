# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Several cameras around one perception node, each driven by itself, in one process."""

from typing import Any

from diagnostic_msgs.msg import DiagnosticArray
from rclpy.parameter import Parameter
from sensor_msgs.msg import CameraInfo
from sensor_msgs.msg import Image

from hydranet_ros.deploy.request import Shape
from hydranet_ros.frame_counts import Counts
from hydranet_ros.ros.diagnostics import entries_of
from hydranet_ros.ros.node import PerceptionNode
from hydranet_ros.ros.transport import OUTPUT
from test.ros.bench import ENGINE
from test.ros.conftest import Graph
from test.ros.conftest import wait_until

BUILT_S = 240.0  # engines are built and judged meanwhile


def make_node(graph: Graph, namespace: str = '', **parameters: Any) -> PerceptionNode:
    overrides = [Parameter(name, value=value) for name, value in (ENGINE | parameters).items()]
    return graph.add(
        PerceptionNode(context=graph.context, namespace=namespace, parameter_overrides=overrides)
    )


class Rig:
    """Publishes images of the named cameras and keeps what comes back."""

    def __init__(self, graph: Graph, names: tuple[str, ...], **parameters: Any) -> None:
        self.names = names
        self.node = make_node(graph, cameras=list(names), **parameters)
        self.peer = graph.node('peer')
        self.messages: dict[str, list[Image]] = {}
        self.health: dict[str, dict[str, str] | None] = {}
        self.levels: dict[str, bytes] = {}
        self._images = {
            name: self.peer.create_publisher(Image, f'{name}/image', OUTPUT) for name in names
        }
        self._infos = {
            name: self.peer.create_publisher(CameraInfo, f'{name}/camera_info', OUTPUT)
            for name in names
        }
        self.peer.create_subscription(DiagnosticArray, '/diagnostics', self._note_health, 10)

    def start(self) -> None:
        assert self.node.start()
        cameras = [*self._images.values(), *self._infos.values()]
        wait_until(lambda: all(one.get_subscription_count() for one in cameras), 'subscriptions')

    def listen(self, *topics: str) -> None:
        for topic in topics:
            self.messages[topic] = []
            self.peer.create_subscription(Image, topic, self.messages[topic].append, 10)
        ours = {one.topic_name: one for one in self.node.publishers}
        wait_until(
            lambda: all(ours[f'/{topic}'].get_subscription_count() for topic in topics),
            'connections',
        )

    def show(self, name: str, message: Image) -> None:
        """Publish an image and wait until the node has taken it."""
        before = self.counts(name).received
        self._images[name].publish(message)
        wait_until(lambda: self.counts(name).received == before + 1, f'image of {name}')

    def show_info(self, name: str, info: CameraInfo) -> None:
        self._infos[name].publish(info)
        calibration = self._stream(name).answerer.calibration
        wait_until(lambda: calibration.newest == info, f'camera_info of {name}')

    def wait_for_the_end(self) -> None:
        wait_until(lambda: self.node.counts.in_flight == 0, 'end of the frames', BUILT_S)

    def wait_for_engine(self, shape: Shape) -> None:
        engines = self.node._session._worker.perception.engines
        wait_until(lambda: engines.info(shape), f'engine for {shape}', BUILT_S)

    def counts(self, name: str) -> Counts:
        return self._stream(name).counts

    def _stream(self, name: str) -> Any:
        return self.node._session._streams[self.names.index(name)]

    def _note_health(self, message: DiagnosticArray) -> None:
        for name in ('perception', *self.names):
            self.health[name] = entries_of(message, of=name)
        for status in message.status:
            self.levels[status.name.rpartition(' ')[2]] = status.level
