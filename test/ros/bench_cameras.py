# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Compare several cameras on one node with as many nodes, each a process of its own.

`python -m test.ros.bench_cameras --rate 5 --seconds 20 --rounds 2` prints the table. The two take
turns, so that what else the machine does meanwhile meets both; all cameras are in this process.
"""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from contextlib import ExitStack
from dataclasses import dataclass
from dataclasses import field
import os
from pathlib import Path
import signal
import statistics
import subprocess
import sys
import time

from diagnostic_msgs.msg import DiagnosticArray
import rclpy
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from sensor_msgs.msg import Image

from hydranet_ros.fastdds_profile import use_profile
from hydranet_ros.ros.diagnostics import entries_of
from hydranet_ros.ros.diagnostics import TOPIC as DIAGNOSTICS
from hydranet_ros.ros.images import ImageWriter
from hydranet_ros.ros.quiet_domain import enter
from hydranet_ros.ros.transport import OUTPUT
from hydranet_ros.sources import open_source

NAMES = ('front', 'left', 'right', 'rear')
TOPICS = ('semantic', 'depth')
ARGUMENTS = {
    True: [('-p', f'cameras:=[{", ".join(NAMES)}]')],
    False: [('-r', f'__ns:=/{name}') for name in NAMES],
}
PATIENCE_S = 240.0
MB = 1e6


@dataclass
class Result:
    """What one of the two did: answers a second, milliseconds, megabytes."""

    rates: list[float] = field(default_factory=list)
    medians: list[float] = field(default_factory=list)
    tails: list[float] = field(default_factory=list)
    resident: list[float] = field(default_factory=list)
    proportional: list[float] = field(default_factory=list)
    cpu_s: list[float] = field(default_factory=list)


class Cameras(Node):
    """Publishes to all cameras' topics in turn and keeps what perception says of itself."""

    def __init__(self, context: rclpy.Context, rate: float, size: tuple[int, int]) -> None:
        super().__init__('cameras', context=context)
        self.reports: dict[str, dict[str, str]] = {}
        self.answers = dict.fromkeys(NAMES, 0)
        height, width = size
        frames = open_source('street', size=size)
        self._writer = ImageWriter(height, width, 'rgb8')
        self._writer.array[:] = next(iter(frames)).rgb
        self._images = [self.create_publisher(Image, f'{name}/image', OUTPUT) for name in NAMES]
        self._turn = 0
        for name in NAMES:
            for topic in TOPICS:
                self.create_subscription(Image, f'{name}/{topic}', self._note(name), OUTPUT)
        self.create_subscription(DiagnosticArray, DIAGNOSTICS, self._on_diagnostics, 10)
        self.create_timer(1 / (rate * len(NAMES)), self._show)

    def _note(self, name: str):
        def note(_: Image) -> None:
            self.answers[name] += 1

        return note

    def _show(self) -> None:
        self._writer.message.header.stamp = self.get_clock().now().to_msg()
        self._images[self._turn].publish(self._writer.message)
        self._turn = (self._turn + 1) % len(NAMES)

    def _on_diagnostics(self, message: DiagnosticArray) -> None:
        for name in NAMES:
            entries = entries_of(message, of=name) or entries_of(message, f'{name}/perception')
            if entries is not None:
                self.reports[name] = entries


def measure(result: Result, together: bool, given: argparse.Namespace) -> None:
    """Start the node or the nodes, warm up, and add what they do in the given time."""
    with ExitStack() as stack:
        context = rclpy.Context()
        rclpy.init(context=context)
        stack.callback(rclpy.shutdown, context=context)
        children = [
            stack.enter_context(perception(given, *arguments)) for arguments in ARGUMENTS[together]
        ]
        node = Cameras(context, given.rate, (given.height, given.width))
        stack.callback(node.destroy_node)
        executor = SingleThreadedExecutor(context=context)
        stack.callback(executor.shutdown)
        executor.add_node(node)
        spin(executor, PATIENCE_S, lambda: all(count > 2 for count in node.answers.values()))
        spin(executor, given.warm_up)
        before, used = answered(node), sum(cpu_seconds(child.pid) for child in children)
        began = time.monotonic()
        spin(executor, given.seconds)
        elapsed = time.monotonic() - began
        result.rates.append((answered(node) - before) / elapsed)
        result.cpu_s.append(sum(cpu_seconds(child.pid) for child in children) - used)
        for percentile, kept in (('p50', result.medians), ('p95', result.tails)):
            key = f'callback_to_publish_{percentile}_ms'
            kept.append(statistics.mean(float(one[key]) for one in node.reports.values()))
        result.resident.append(sum(memory(child.pid, 'Rss') for child in children))
        result.proportional.append(sum(memory(child.pid, 'Pss') for child in children))


@contextmanager
def perception(given: argparse.Namespace, *arguments: str) -> Iterator[subprocess.Popen]:
    """Run a node in the session of this process: Linux shares its cores among sessions."""
    options = ['-p', f'backend:={given.backend}', '-p', f'precision:={given.precision}']
    command = [sys.executable, '-m', 'hydranet_ros.ros.node', '--ros-args', *options, *arguments]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as child:
        try:
            yield child
        finally:
            child.send_signal(signal.SIGINT)


def answered(node: Cameras) -> float:
    return sum(node.answers.values()) / len(TOPICS)


def spin(executor: SingleThreadedExecutor, seconds: float, done=lambda: False) -> None:
    end = time.monotonic() + seconds
    while not done() and time.monotonic() < end:
        executor.spin_once(timeout_sec=0.05)


def memory(pid: int, kind: str) -> float:
    """Return megabytes of a process; Pss shares what several map among them."""
    text = Path(f'/proc/{pid}/smaps_rollup').read_text(encoding='ascii')
    (line,) = (one for one in text.splitlines() if one.startswith(f'{kind}:'))
    return int(line.split()[1]) * 1024 / MB


def cpu_seconds(pid: int) -> float:
    ticks = Path(f'/proc/{pid}/stat').read_text(encoding='utf-8').rpartition(')')[2].split()
    return (int(ticks[11]) + int(ticks[12])) / os.sysconf('SC_CLK_TCK')


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--backend', default='auto')
    parser.add_argument('--precision', default='auto')
    parser.add_argument('--rate', type=float, default=5.0, help='of each camera, Hz')
    parser.add_argument('--height', type=int, default=240)
    parser.add_argument('--width', type=int, default=320)
    parser.add_argument('--warm-up', type=float, default=5.0)
    parser.add_argument('--seconds', type=float, default=20.0)
    parser.add_argument('--rounds', type=int, default=2)
    parser.add_argument('--domain', type=int, default=40)
    given = parser.parse_args()
    enter(given.domain)
    use_profile()
    results = {'one node, four cameras': Result(), 'four nodes': Result()}
    for _ in range(given.rounds):
        for number, result in enumerate(results.values()):
            measure(result, number == 0, given)
    print(f'four cameras at {given.rate:g} Hz each, {given.width}x{given.height}')
    print('| | answers/s | p50 ms | p95 ms | CPU s per answer | RSS MB | PSS MB |')
    print('|---|---|---|---|---|---|---|')
    for name, one in results.items():
        cpu = sum(one.cpu_s) / max(1, sum(one.rates) * given.seconds)
        figures = (one.rates, one.medians, one.tails, [cpu], one.resident, one.proportional)
        print(f'| {name} | {" | ".join(f"{statistics.mean(kept):.3g}" for kept in figures)} |')
    print({name: vars(one) for name, one in results.items()})
    return 0


if __name__ == '__main__':
    sys.exit(main())
