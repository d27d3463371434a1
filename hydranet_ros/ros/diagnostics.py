# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""/diagnostics of the node: what it is at, what became of the frames, how long they took."""

from collections.abc import Iterable
from collections.abc import Mapping
from dataclasses import asdict
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
from enum import Enum

from diagnostic_msgs.msg import DiagnosticArray
from diagnostic_msgs.msg import DiagnosticStatus
from diagnostic_msgs.msg import KeyValue
from rclpy.node import Node
from rclpy.qos import QoSProfile

from hydranet_ros.frame_counts import Counts
from hydranet_ros.ros.health import Reason
from hydranet_ros.ros.statistics import PERCENTILES
from hydranet_ros.ros.statistics import Stage

TOPIC = '/diagnostics'
PERIOD_S = 1.0
NOT_KNOWN = 'not known'
WHOLE = 'perception'  # what the status of the whole node is called


class NodeState(str, Enum):
    """The primary states of a lifecycle node."""

    UNCONFIGURED = 'unconfigured'
    INACTIVE = 'inactive'
    ACTIVE = 'active'
    FINALIZED = 'finalized'


@dataclass(frozen=True)
class Health:
    """What one diagnostic message says.

    Attributes:
        state: of the lifecycle.
        worker: of the network; '' before configuration.
        error: why the network cannot run, '' when it can.
        reasons: what else is wrong; the first one, fatal ones before others, is the summary.
        facts: further entries: model, engine, input.
        counts: of the frames.
        lost: images that the transport lost, None where it cannot tell.
        rate: answered frames per second, over the last period.
        stamp_age: seconds from the stamp of the last answered image to its publication.
        times: p50, p95 and p99 of each stage in seconds; empty before the first frame.

    """

    state: NodeState
    worker: str = ''
    error: str = ''
    reasons: tuple[Reason, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict)
    counts: Counts = field(default_factory=Counts)
    lost: int | None = 0
    rate: float = 0.0
    stamp_age: float = 0.0
    times: Mapping[Stage, tuple[float, ...]] = field(default_factory=dict)

    @property
    def level(self) -> bytes:
        """Return the level of DiagnosticStatus."""
        if self.error or any(one.fatal for one in self.reasons):
            return DiagnosticStatus.ERROR
        return DiagnosticStatus.WARN if self.reasons else DiagnosticStatus.OK

    @property
    def sentences(self) -> list[str]:
        """Return the reasons' sentences, fatal ones first."""
        return [one.text for one in sorted(self.reasons, key=lambda one: not one.fatal)]

    @property
    def summary(self) -> str:
        """Return the one line that a monitor shows."""
        if self.error:
            return self.error
        if self.reasons:
            return self.sentences[0]
        if self.times:
            median = self.times[Stage.CALLBACK_TO_PUBLISH][0]
            return f'{self.state.value}: {self.rate:.1f} Hz, {median * 1e3:.1f} ms'
        return f'{self.state.value}: {self.worker}' if self.worker else self.state.value

    def entries(self) -> dict[str, str]:
        """Return all entries; `<stage>_<percentile>_ms` are over the last 1000 frames."""
        entries = {'state': self.state.value, 'network': self.worker, 'error': self.error}
        entries |= self.facts
        entries |= {name: str(number) for name, number in asdict(self.counts).items()}
        entries['lost'] = NOT_KNOWN if self.lost is None else str(self.lost)
        entries['rate_hz'] = f'{self.rate:.3f}'
        entries['stamp_age_ms'] = f'{self.stamp_age * 1e3:.3f}'
        for stage, values in self.times.items():
            for percent, seconds in zip(PERCENTILES, values, strict=True):
                entries[f'{stage.name.lower()}_p{percent}_ms'] = f'{seconds * 1e3:.3f}'
        for number, text in enumerate(self.sentences, 1):
            entries[f'warning_{number}'] = text
        return entries


def total(
    cameras: Mapping[str, Health],
    worker: str,
    error: str,
    reasons: Iterable[Reason],
    facts: Mapping[str, str],
    times: Mapping[Stage, tuple[float, ...]],
) -> Health:
    """Return the health of a node whose cameras, by their names, are in one state.

    What is the network's is given; the rest is summed up. A camera without a name is the only one.
    What is fatal for some of the cameras is not for the node.
    """
    parts = list(cameras.values())
    none_can = all(any(one.fatal for one in part.reasons) for part in parts)
    told = [
        replace(
            one,
            kind=(name, one.kind),
            text=f'{name}: {one.text}' if name else one.text,
            fatal=one.fatal and none_can,
        )
        for name, part in cameras.items()
        for one in part.reasons
    ]
    named = {'cameras': ', '.join(cameras)} if any(cameras) else parts[0].facts
    lost = [part.lost for part in parts if part.lost is not None]
    return Health(
        state=parts[0].state,
        worker=worker,
        error=error,
        reasons=(*told, *reasons),
        facts={**facts, **named},
        counts=sum((part.counts for part in parts), Counts()),
        lost=sum(lost) if len(lost) == len(parts) else None,
        rate=sum(part.rate for part in parts),
        stamp_age=max(part.stamp_age for part in parts),
        times=times,
    )


class DiagnosticsPublisher:
    """Publish the health of one node, absolutely named as REP 107 wants it."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._publisher = node.create_publisher(DiagnosticArray, TOPIC, QoSProfile(depth=10))

    def publish(self, health: Health, cameras: Mapping[str, Health] | None = None) -> None:
        """Publish one message: of the node, and of its cameras by their names."""
        engine = health.facts.get('engine', '')
        parts = {WHOLE: health, **(cameras or {})}
        message = DiagnosticArray(
            status=[self._status(name, part, engine) for name, part in parts.items()]
        )
        message.header.stamp = self._node.get_clock().now().to_msg()
        self._publisher.publish(message)

    def _status(self, name: str, health: Health, engine: str) -> DiagnosticStatus:
        return DiagnosticStatus(
            level=health.level,
            name=f'{self._node.get_fully_qualified_name().lstrip("/")}: {name}',
            message=health.summary,
            hardware_id=engine,
            values=[KeyValue(key=key, value=text) for key, text in health.entries().items()],
        )


def entries_of(
    message: DiagnosticArray, node_name: str = 'perception', of: str = WHOLE
) -> dict[str, str] | None:
    """Return the entries of a node, or of one of its cameras; None where it is not in it."""
    for status in message.status:
        if status.name == f'{node_name}: {of}':
            return {one.key: one.value for one in status.values}
    return None
