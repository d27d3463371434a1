# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Measure the whole node: camera and perception as processes of their own, over real DDS."""

from collections import OrderedDict
from contextlib import ExitStack
from dataclasses import dataclass
import os
import time

from diagnostic_msgs.msg import DiagnosticArray
import rclpy
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.signals import SignalHandlerOptions
from rclpy.utilities import get_rmw_implementation_identifier
from sensor_msgs.msg import Image

from hydranet_ros.errors import HydranetError
from hydranet_ros.evaluation.results import NodeResult
from hydranet_ros.evaluation.results import PERCENTILES
from hydranet_ros.evaluation.results import Percentiles
from hydranet_ros.fastdds_profile import use_profile
from hydranet_ros.frame_counts import Outcome
from hydranet_ros.outputs import DEPTH
from hydranet_ros.outputs import SEMANTIC
from hydranet_ros.ros.camera_and_perception import EngineChoice
from hydranet_ros.ros.camera_and_perception import start_camera_and_perception
from hydranet_ros.ros.child_process import ChildProcess
from hydranet_ros.ros.diagnostics import entries_of
from hydranet_ros.ros.diagnostics import TOPIC as DIAGNOSTICS
from hydranet_ros.ros.statistics import Stage
from hydranet_ros.ros.transport import IMAGE_RELIABLE
from hydranet_ros.zoo.card import load_card
from hydranet_ros.zoo.card_types import Task

NAME = 'benchmark'
PATIENCE_S = 120.0  # without any answer; building an engine takes seconds
_KEPT_STAMPS = 64
_SPIN_S = 0.05
Stamp = tuple[int, int]


@dataclass(frozen=True)
class NodeRun:
    """What to run; frames: how many answers to measure. source, rate: of the camera node."""

    engine: EngineChoice
    source: str
    rate: float
    frames: int


class Subscriber(Node):
    """Note when the last output of each stamp arrives, and what perception says of itself.

    Attributes:
        latencies: seconds from the image's stamp to the receipt of its last output.
        report: the newest entries of perception's diagnostics.

    """

    def __init__(self, tasks: tuple[Task, ...], context: rclpy.Context) -> None:
        super().__init__(NAME, context=context)
        topics = [one.topic for one in (SEMANTIC, DEPTH) if one.task in tasks]
        self._number = len(topics)
        self._arrived: OrderedDict[Stamp, int] = OrderedDict()
        self.latencies: list[float] = []
        self.report: dict[str, str] = {}
        for topic in topics:
            self.create_subscription(Image, topic, self._on_output, IMAGE_RELIABLE)
        self.create_subscription(DiagnosticArray, DIAGNOSTICS, self._on_diagnostics, 10)

    def _on_output(self, message: Image) -> None:
        now = self.get_clock().now().nanoseconds
        sec, nanosec = stamp = (message.header.stamp.sec, message.header.stamp.nanosec)
        self._arrived[stamp] = self._arrived.get(stamp, 0) + 1
        if self._arrived[stamp] == self._number:
            del self._arrived[stamp]
            self.latencies.append((now - sec * 1_000_000_000 - nanosec) * 1e-9)
        while len(self._arrived) > _KEPT_STAMPS:
            self._arrived.popitem(last=False)

    def _on_diagnostics(self, message: DiagnosticArray) -> None:
        self.report = entries_of(message) or self.report


def benchmark_node(run: NodeRun) -> NodeResult:
    """Start the processes, wait for `run.frames` answers, end them; HydranetError where one dies.

    The first answer is not counted, and neither are frames that come while the engine is built.
    Call `quiet_domain.enter` before.
    """
    tasks = load_card(run.engine.model).tasks
    use_profile()
    with ExitStack() as stack:
        children = start_camera_and_perception(stack, run.source, run.rate, run.engine)
        context = rclpy.Context()
        rclpy.init(context=context, signal_handler_options=SignalHandlerOptions.NO)
        stack.callback(rclpy.shutdown, context=context)
        subscriber = Subscriber(tasks, context)
        stack.callback(subscriber.destroy_node)
        executor = SingleThreadedExecutor(context=context)
        stack.callback(executor.shutdown)
        executor.add_node(subscriber)
        _wait_for_answers(run, subscriber, executor, children)
        return _result(run, subscriber)


def _wait_for_answers(
    run: NodeRun,
    subscriber: Subscriber,
    executor: SingleThreadedExecutor,
    children: list[ChildProcess],
) -> None:
    """Spin until the answers and a report of them have come."""

    def enough() -> bool:
        answered = int(subscriber.report.get(Outcome.ANSWERED.value, 0))
        return min(len(subscriber.latencies), answered) > run.frames

    seen, since = 0, time.monotonic()
    while not enough():
        executor.spin_once(timeout_sec=_SPIN_S)
        if len(subscriber.latencies) > seen:
            seen, since = len(subscriber.latencies), time.monotonic()
        dead = next((one for one in children if one.status is not None), None)
        if dead is not None:
            raise HydranetError(
                f'the {dead.name} process ended with status {dead.status}, saying last: '
                f'{_last_words(dead)}'
            )
        if time.monotonic() - since > PATIENCE_S:
            raise HydranetError(
                f'the node gave no answer for {PATIENCE_S:g} s. The perception process said '
                f'last: {_last_words(children[-1])}'
            )


def _result(run: NodeRun, subscriber: Subscriber) -> NodeResult:
    report = subscriber.report
    lost = report.get('lost', '')
    return NodeResult(
        engine=report.get('engine', ''),
        ros=f'{os.environ.get("ROS_DISTRO", "")} {get_rmw_implementation_identifier()}'.strip(),
        rate_hz=run.rate,
        samples=len(subscriber.latencies) - 1,
        counts={
            name: int(report[name])
            for name in ('received', *(one.value for one in Outcome), 'in_flight')
        },
        lost=int(lost) if lost.isdigit() else None,
        stages={stage.name.lower(): _percentiles(report, stage) for stage in Stage},
        camera_to_subscriber=Percentiles.of(subscriber.latencies[1:]),
    )


def _percentiles(report: dict[str, str], stage: Stage) -> Percentiles:
    return Percentiles(*(float(report[f'{stage.name.lower()}_p{p}_ms']) for p in PERCENTILES))


def _last_words(child: ChildProcess) -> str:
    return ' / '.join(child.last_lines()[-3:]) or 'nothing'
