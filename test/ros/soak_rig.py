# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Camera and perception as processes, a watcher in this one, and what they hold at each moment."""

from contextlib import ExitStack
from dataclasses import dataclass
import os
from pathlib import Path
import signal
import tempfile
import time
from typing import Any

import cv2
import rclpy
from rclpy.executors import SingleThreadedExecutor

from hydranet_ros.fastdds_profile import use_profile
from hydranet_ros.ros.child_process import ChildProcess
from hydranet_ros.ros.quiet_domain import enter
from hydranet_ros.sources import open_source
from test.ros.counted_camera import clear_count
from test.ros.counted_camera import COUNT_FILE
from test.ros.counted_camera import pause
from test.ros.counted_camera import read_count
from test.ros.frame_recorder import FrameRecorder
from test.ros.frame_recorder import SentHeaders
from test.ros.frame_recorder import spin
from test.ros.process_samples import look_at
from test.ros.process_samples import Sample
from test.ros.process_samples import SharedMemoryWatch

FRAME_ID = 'soak_camera'
PICTURES = 40  # played over and over, so that drawing them costs the run nothing
IMAGE = 'image'


@dataclass(frozen=True)
class Plan:
    """What to run: Hz, pixels, seconds, and the parameters of the node."""

    rate: float
    width: int
    height: int
    seconds: float
    every_s: float
    sample_every_s: float
    reliability: str
    perception: dict[str, Any]
    domain: int | None = None


class Rig:
    """Start, stop and kill the processes; spin the watcher and sample meanwhile.

    Attributes:
        recorder: what the watcher saw.
        samples: of all processes.
        shared_memory: files of /dev/shm that they mapped.

    """

    def __init__(self, plan: Plan, stack: ExitStack) -> None:
        self.plan = plan
        enter(plan.domain)
        use_profile()
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix='soak')))
        self._pictures = folder / 'pictures'
        self._draw()
        self._count_file = folder / 'count'
        os.environ[COUNT_FILE] = str(self._count_file)
        context = rclpy.Context()
        rclpy.init(context=context)
        stack.callback(context.try_shutdown)
        self.node = rclpy.create_node('watcher', context=context)
        stack.callback(self.node.destroy_node)
        self._executor = SingleThreadedExecutor(context=context)
        self._executor.add_node(self.node)
        self.recorder = FrameRecorder(self.node)
        self.samples: list[Sample] = []
        self.shared_memory = SharedMemoryWatch()
        self._processes: dict[str, ChildProcess] = {}
        self._stack = stack
        self._began = time.monotonic()
        self._next_sample = 0.0

    @property
    def elapsed_s(self) -> float:
        """Seconds since the rig was made."""
        return time.monotonic() - self._began

    @property
    def published(self) -> tuple[int, int]:
        """Frames that the newest camera began to publish, and did."""
        return read_count(self._count_file)

    def start_camera(self) -> None:
        """Start a camera that waits for a subscriber, with stamps from now on."""
        start_s = round(time.time() * 1e6) / 1e6
        plan = self.plan
        self.recorder.cameras.append(SentHeaders(start_s, plan.rate, FRAME_ID))
        clear_count(self._count_file)
        parameters = {
            'source': str(self._pictures),
            'rate': plan.rate,
            'loop': True,
            'frame_id': FRAME_ID,
            'reliability': plan.reliability,
            'wait_for_subscriber': True,
            'start_time': start_s,
        }
        self._start('camera', 'test.ros.counted_camera', parameters)

    def pause_camera(self) -> None:
        """Let the camera send no more, while it lives."""
        pause(self._count_file)

    def start_perception(self) -> None:
        """Start the node, whose account begins at zero."""
        self.recorder.report = {}
        self._start('perception', 'hydranet_ros.ros.node', self.plan.perception)

    def stop(self, name: str) -> None:
        """End a process as Ctrl-C does."""
        self._processes.pop(name).stop()

    def kill(self, name: str) -> None:
        """End a process by SIGKILL."""
        child = self._processes.pop(name)
        os.kill(child.pid, signal.SIGKILL)
        child.stop()

    def run(self, seconds: float) -> None:
        """Watch for that long."""
        end = time.monotonic() + seconds
        self.wait(lambda: time.monotonic() >= end, 'end', seconds + 60.0)

    def wait(self, done: Any, what: str, patience_s: float = 180.0) -> None:
        """Watch until something is so; SystemExit where it never is, or a process has ended."""
        spin(self._executor, done, what, patience_s, self._look)

    def settle(self) -> dict[str, int]:
        """Wait until the node reports the same account three times, nothing in hand; return it."""
        recorder = self.recorder
        seen: list[tuple[int, dict[str, int]]] = []

        def settled() -> bool:
            if not seen or seen[-1][0] != recorder.reports:
                seen.append((recorder.reports, recorder.counts()))
            last = [counts for _, counts in seen[-4:]]
            return recorder.quiet and len(last) == 4 and all(one == last[0] for one in last)

        self.wait(settled, 'account of the node that stands still')
        return recorder.counts()

    def _start(self, name: str, module: str, parameters: dict[str, Any]) -> None:
        child = ChildProcess(name, module, parameters)
        self._stack.callback(child.stop)
        self._processes[name] = child

    def _look(self) -> None:
        for name, child in self._processes.items():
            if child.status is not None:
                lines = '\n'.join(child.last_lines())
                raise SystemExit(f'{name} has ended by itself, with {child.status}:\n{lines}')
        if self.elapsed_s < self._next_sample:
            return
        self._next_sample = self.elapsed_s + self.plan.sample_every_s
        watched = {name: child.pid for name, child in self._processes.items()}
        for name, pid in (watched | {'watcher': os.getpid()}).items():
            sample = look_at(name, pid, self.elapsed_s, self.shared_memory)
            if sample is not None:
                self.samples.append(sample)

    def _draw(self) -> None:
        self._pictures.mkdir()
        with open_source('street', size=(self.plan.height, self.plan.width)) as street:
            for frame in (street.read(number) for number in range(PICTURES)):
                bgr = cv2.cvtColor(frame.rgb, cv2.COLOR_RGB2BGR)
                cv2.imwrite(str(self._pictures / f'{frame.index:03d}.bmp'), bgr)
