# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""A node that looks at the camera and at what `perception` answers, paired by their stamps."""

from dataclasses import dataclass
from dataclasses import field
from functools import partial
from typing import Any

from diagnostic_msgs.msg import DiagnosticArray
import numpy as np
from rclpy.node import Node
from rclpy.qos import QoSProfile
from rclpy.qos import ReliabilityPolicy
from sensor_msgs.msg import Image

from hydranet_ros.image_decoder import ImageDecoder
from hydranet_ros.outputs import DEPTH
from hydranet_ros.outputs import DEPTH_COLOR
from hydranet_ros.outputs import SEMANTIC
from hydranet_ros.outputs import SEMANTIC_COLOR
from hydranet_ros.perception import Prediction
from hydranet_ros.picture import Meaning
from hydranet_ros.picture import side_by_side
from hydranet_ros.ros.bridge import make_bridge
from hydranet_ros.ros.diagnostics import entries_of
from hydranet_ros.ros.diagnostics import TOPIC as DIAGNOSTICS
from hydranet_ros.ros.stamped_sets import NANOSECONDS
from hydranet_ros.ros.stamped_sets import nanoseconds
from hydranet_ros.ros.stamped_sets import StampedSets
from hydranet_ros.zoo.card import Task

NAME = 'live_view'
CAMERA = 'image'
_QOS = QoSProfile(depth=5, reliability=ReliabilityPolicy.RELIABLE)


@dataclass
class Tally:
    """Count what came since the last look; latencies are seconds from stamp to receipt."""

    images: int = 0
    answers: int = 0
    latencies: list[float] = field(default_factory=list)


class LiveView(Node):
    """Subscribe to the camera and to all that is shown, and keep the newest complete set.

    Attributes:
        tally: what came since take_tally().
        report: the newest entries of perception's diagnostics.

    """

    def __init__(self, meaning: Meaning, tasks: tuple[Task, ...], **arguments: Any) -> None:
        super().__init__(NAME, **arguments)
        self._meaning = meaning
        self._decoder = ImageDecoder()
        self._bridge = make_bridge()
        self._sets: StampedSets[Image] = StampedSets()
        self._newest: dict[str, Image] | None = None
        self.tally = Tally()
        self.report: dict[str, str] = {}
        outputs = (SEMANTIC, SEMANTIC_COLOR, DEPTH, DEPTH_COLOR)
        topics = [output.topic for output in outputs if output.task in tasks]
        self._topics = {CAMERA, *topics}
        for topic in self._topics:
            self.create_subscription(Image, topic, partial(self._take, topic), _QOS)
        self.create_subscription(DiagnosticArray, DIAGNOSTICS, self._on_diagnostics, 10)

    def take_tally(self) -> Tally:
        """Return what came since the last call, and begin again."""
        tally, self.tally = self.tally, Tally()
        return tally

    def take_picture(self, caption: str) -> np.ndarray | None:
        """Compose the newest complete set; None where none came since the last call."""
        newest, self._newest = self._newest, None
        if newest is None:
            return None
        return side_by_side(
            self._decoder.decode(newest[CAMERA]),
            Prediction(
                labels=self._pixels(newest.get(SEMANTIC.topic)),
                depth=self._pixels(newest.get(DEPTH.topic)),
            ),
            self._meaning,
            caption=caption,
            label_colors=self._pixels(newest.get(SEMANTIC_COLOR.topic)),
            depth_colors=self._pixels(newest.get(DEPTH_COLOR.topic)),
        )

    def _take(self, topic: str, message: Image) -> None:
        stamp_ns = nanoseconds(message.header.stamp)
        if topic == CAMERA:
            self.tally.images += 1
        found = self._sets.add(topic, stamp_ns, message, self._topics)
        if found is not None and found.keys() == self._topics:
            self._newest = found
            self.tally.answers += 1
            now = self.get_clock().now().nanoseconds
            self.tally.latencies.append((now - stamp_ns) / NANOSECONDS)

    def _pixels(self, message: Image | None) -> np.ndarray | None:
        """View the pixels of one of perception's images; None of none."""
        return None if message is None else self._bridge.imgmsg_to_cv2(message)

    def _on_diagnostics(self, message: DiagnosticArray) -> None:
        entries = entries_of(message)
        if entries is not None:
            self.report = entries


def percentile_ms(latencies: list[float], percent: int) -> float:
    """Return a percentile in milliseconds; NaN of nothing."""
    return float(np.percentile(latencies, percent)) * 1e3 if latencies else float('nan')
