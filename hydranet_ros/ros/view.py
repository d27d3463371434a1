# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The node of `hydranet view`: it subscribes, and logs to a Rerun recording."""

from collections.abc import Sequence
from dataclasses import dataclass

from rclpy.clock import Clock
from rclpy.clock import ClockType
from rclpy.exceptions import NameValidationException
from rclpy.executors import SingleThreadedExecutor
from rclpy.expand_topic_name import expand_topic_name
from rclpy.node import Node
from rclpy.validate_full_topic_name import validate_full_topic_name
from rclpy.validate_namespace import validate_namespace
import rerun as rr

from hydranet_ros.errors import first_line
from hydranet_ros.errors import HydranetError
from hydranet_ros.ros.camera_view import CameraView
from hydranet_ros.ros.node_watch import NodeWatch
from hydranet_ros.ros.parameters import check_cameras
from hydranet_ros.ros.process import run_node
from hydranet_ros.viewer.health import NodeHealth
from hydranet_ros.viewer.scene import CameraScene
from hydranet_ros.viewer.topics import CameraTopics
from hydranet_ros.zoo.card import DepthRange
from hydranet_ros.zoo.card import SemanticClass

NAME = 'hydranet_view'
LOOK_S = 0.5
PATIENCE_S = 5.0


@dataclass(frozen=True)
class ViewSettings:
    """What to look at.

    cameras: entity path to topics. rate: most frames of a camera in a second, 0: all. limit: end
    after so many frames, None: at Ctrl-C. prefix: of the first camera's topics, '' or 'name/'.
    """

    cameras: dict[str, CameraTopics]
    namespace: str
    rate: float
    limit: int | None
    prefix: str


class ViewNode(Node):
    """Show what the topics carry, in the namespace of `perception`."""

    def __init__(self, settings: ViewSettings, recording: rr.RecordingStream) -> None:
        super().__init__(NAME, namespace=settings.namespace)
        self._scenes = [CameraScene(recording, root) for root in settings.cameras]
        self.cameras = [
            CameraView(self, topics, settings.rate, scene.show)
            for topics, scene in zip(settings.cameras.values(), self._scenes, strict=True)
        ]
        self._watch = NodeWatch(self, NodeHealth(recording), self._describe, settings.prefix)
        self._looks = 0
        # A steady clock: publishers are also looked for while simulated time stands still.
        self.create_timer(LOOK_S, self._look, clock=Clock(clock_type=ClockType.STEADY_TIME))

    @property
    def frames(self) -> int:
        """Return how many frames were shown."""
        return sum(one.frames for one in self.cameras)

    def close(self) -> None:
        """Say what was shown."""
        passed = sum(one.passed_over for one in self.cameras)
        print(f'{self.frames} frames shown, {passed} passed over because of --rate', flush=True)

    def _look(self) -> None:
        for one in self.cameras:
            one.look_for_publishers()
        self._looks += 1
        if self._looks * LOOK_S == PATIENCE_S and not self.frames:
            missing = [topic for one in self.cameras for topic in one.missing]
            nobody = f' Nobody publishes {", ".join(missing)}.' if missing else ''
            self.get_logger().warning(
                f'Nothing to show yet.{nobody} --image TOPIC names the camera, --namespace and '
                '--camera where the node and its cameras are; ROS_DOMAIN_ID must be theirs.'
            )

    def _describe(self, classes: Sequence[SemanticClass], depth: DepthRange | None) -> None:
        for scene in self._scenes:
            scene.describe(classes, depth)


def check_names(settings: ViewSettings, cameras: Sequence[str]) -> None:
    """Raise HydranetError where ROS cannot have the names; cameras: of the node's parameter."""
    reason = check_cameras(cameras or [''])
    if reason:
        raise HydranetError(f'{reason}.')
    namespace = settings.namespace
    if not namespace.startswith('/'):
        namespace = f'/{namespace}'
    topics = [
        topic
        for one in settings.cameras.values()
        for topic in (*one.shown.values(), one.camera_info)
    ]
    name = namespace
    try:
        validate_namespace(namespace)
        for name in topics:
            validate_full_topic_name(expand_topic_name(name, NAME, namespace))
    except (NameValidationException, ValueError) as error:
        reason = first_line(error).partition(', at /')[0].rstrip(':')  # without a place in C
        raise HydranetError(f"ROS cannot have the name '{name}': {reason}.") from error


def view_topics(settings: ViewSettings, recording: rr.RecordingStream) -> int:
    """Show topics until Ctrl-C or the limit; return the exit status."""
    return run_node(
        NAME, lambda: ViewNode(settings, recording), lambda node: _spin(node, settings)
    )


def _spin(node: ViewNode, settings: ViewSettings) -> int:
    executor = SingleThreadedExecutor()
    executor.add_node(node)
    try:
        while settings.limit is None or node.frames < settings.limit:
            executor.spin_once()
    finally:
        executor.shutdown()
    return 0
