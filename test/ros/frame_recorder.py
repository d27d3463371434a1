# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The listener of scripts that account for frames: headers checked, the account kept."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
import time

from diagnostic_msgs.msg import DiagnosticArray
from rclpy.duration import Duration
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from sensor_msgs.msg import CameraInfo
from sensor_msgs.msg import Image
from std_msgs.msg import Header

from hydranet_ros.frame_counts import Outcome
from hydranet_ros.ros.diagnostics import entries_of
from hydranet_ros.ros.diagnostics import NOT_KNOWN
from hydranet_ros.ros.diagnostics import TOPIC as DIAGNOSTICS
from hydranet_ros.ros.transport import OUTPUT

TOPICS = ('semantic', 'semantic/confidence', 'depth', 'depth/camera_info')
PATIENCE_S = 180.0


@dataclass(frozen=True)
class SentHeaders:
    """The headers that a camera was told to send: a grid of stamps, and one frame id.

    start_s: stamp of the first frame, in whole microseconds, as the camera's parameter holds it.
    """

    start_s: float
    rate: float
    frame_id: str

    @cached_property
    def period_ns(self) -> int:
        """Nanoseconds between two stamps."""
        return Duration(seconds=1.0 / self.rate).nanoseconds

    def number(self, header: Header) -> int | None:
        """Return which frame a header is of, from 0; None where the camera did not send it."""
        stamp = header.stamp.sec * 10**9 + header.stamp.nanosec
        number, rest = divmod(stamp - 1000 * round(self.start_s * 1e6), self.period_ns)
        sent = rest == 0 and number >= 0 and header.frame_id == self.frame_id
        return number if sent else None


@dataclass
class OutputRecord:
    """What came on one output: messages, those with a foreign header, those not newer."""

    received: int = 0
    foreign: int = 0
    not_newer: int = 0
    last_at: float = 0.0
    last: tuple[int, int] = (-1, -1)


class FrameRecorder:
    """Check the header of every output against those sent, and keep the node's newest account.

    Attributes:
        cameras: what was sent, by each camera in turn; the caller adds to it.
        outputs: by topic.
        report: the entries of the newest diagnostics, empty before the first.
        reports: how many have come.
        reported_at: when the newest came (time.monotonic).

    """

    def __init__(self, node: Node) -> None:
        self.cameras: list[SentHeaders] = []
        self.outputs = {topic: OutputRecord() for topic in TOPICS}
        self.report: dict[str, str] = {}
        self.reports = 0
        self.reported_at = 0.0
        for topic in TOPICS:
            kind = CameraInfo if topic.endswith('camera_info') else Image
            node.create_subscription(kind, topic, self._check(self.outputs[topic]), OUTPUT)
        node.create_subscription(DiagnosticArray, DIAGNOSTICS, self._on_diagnostics, 10)

    def _check(self, record: OutputRecord) -> Callable[[Image | CameraInfo], None]:
        def check(message: Image | CameraInfo) -> None:
            record.received += 1
            record.last_at = time.monotonic()
            for camera in reversed(range(len(self.cameras))):
                number = self.cameras[camera].number(message.header)
                if number is not None:
                    record.not_newer += (camera, number) <= record.last
                    record.last = (camera, number)
                    return
            record.foreign += 1

        return check

    def _on_diagnostics(self, message: DiagnosticArray) -> None:
        entries = entries_of(message)
        if entries:
            self.report = entries
            self.reports += 1
            self.reported_at = time.monotonic()

    def counts(self) -> dict[str, int]:
        """Return received, lost (0 where not known) and each outcome, as the node reported."""
        names = ('received', 'lost', 'in_flight', *(one.value for one in Outcome))
        values = ((name, self.report.get(name, '0')) for name in names)
        return {name: 0 if value == NOT_KNOWN else int(value) for name, value in values}

    @property
    def quiet(self) -> bool:
        """Whether the node reports that it has no frame in hand."""
        return self.report.get('in_flight') == '0'


def balance(counts: dict[str, int]) -> int:
    """Return how many received frames have no outcome; 0 where the node's account is right."""
    told = sum(counts[one.value] for one in Outcome) + counts['in_flight']
    return counts['received'] - told


def spin(
    executor: SingleThreadedExecutor,
    done: Callable[[], object],
    what: str,
    patience_s: float = PATIENCE_S,
    meanwhile: Callable[[], None] = lambda: None,
) -> None:
    """Spin until something is so, doing something else meanwhile; SystemExit where it never is."""
    deadline = time.monotonic() + patience_s
    while not done():
        executor.spin_once(timeout_sec=0.1)
        meanwhile()
        if time.monotonic() > deadline:
            raise SystemExit(f'no {what} within {patience_s:g} s')
