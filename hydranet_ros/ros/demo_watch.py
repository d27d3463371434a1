# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Watch the running demo: lines once a second, the picture's file, and its end."""

from dataclasses import dataclass
from pathlib import Path
import sys
import threading
import time

import cv2
import numpy as np
from rclpy.executors import SingleThreadedExecutor

from hydranet_ros.atomic_file import write_atomically
from hydranet_ros.picture_server import PictureServer
from hydranet_ros.ros.camera_and_perception import EngineChoice
from hydranet_ros.ros.child_process import ChildProcess
from hydranet_ros.ros.live_view import LiveView
from hydranet_ros.ros.live_view import percentile_ms

START_PATIENCE_S = 180.0
_REPORT_S, _FILE_S, _SPIN_S = 1.0, 1.0, 0.05


@dataclass(frozen=True)
class DemoSettings:
    """What the demo is asked for; duration: seconds from the first answer, None until Ctrl-C."""

    source: str
    engine: EngineChoice
    rate: float
    out: Path
    duration: float | None
    port: int | None
    domain_id: int | None


class DemoWatch:
    """Look at the topics until the time is up, somebody interrupts, or a process dies."""

    def __init__(
        self,
        settings: DemoSettings,
        view: LiveView,
        children: list[ChildProcess],
        server: PictureServer | None,
    ) -> None:
        self._settings, self._view = settings, view
        self._children, self._server = children, server
        self._file = settings.out / 'demo.png'
        self._images = self._answers = 0
        self._latencies: list[float] = []
        self._writer: threading.Thread | None = None
        self._started = time.monotonic()
        self._first: float | None = None
        self._last_report = self._last_file = self._started

    def run(self, executor: SingleThreadedExecutor) -> int:
        """Return the exit status."""
        status, interrupted = 0, False
        try:
            while not self._over():
                executor.spin_once(timeout_sec=_SPIN_S)
                self._look()
                dead = next((one for one in self._children if one.status is not None), None)
                if dead is not None:
                    self._mourn(dead)
                    status = 1
                    break
        except KeyboardInterrupt:
            interrupted = True
            print()
        if self._first is None and status == 0 and not interrupted:
            self._complain()
            status = 1
        self._report()
        if self._writer is not None:
            self._writer.join()
        self._sum_up()
        return status

    def _over(self) -> bool:
        now = time.monotonic()
        if self._first is None:
            return now - self._started > START_PATIENCE_S
        return self._settings.duration is not None and now - self._first > self._settings.duration

    def _look(self) -> None:
        now = time.monotonic()
        if self._first is None and self._view.tally.answers:
            self._first = self._last_report = now
            self._last_file = now - _FILE_S
            self._view.take_tally()
        save = now - self._last_file >= _FILE_S
        watched = self._server is not None and self._server.watched
        picture = self._view.take_picture(self._caption()) if save or watched else None
        if picture is not None:
            if self._server is not None:
                self._server.show(picture)
            if save:
                self._last_file = now
                self._save(picture)
        if now - self._last_report >= _REPORT_S:
            self._report()

    def _caption(self) -> str:
        report = self._view.report
        return (
            f'{report.get("model", self._settings.engine.model)} on {report.get("engine", "...")}'
        )

    def _report(self) -> None:
        now = time.monotonic()
        elapsed, self._last_report = now - self._last_report, now
        tally, report = self._view.take_tally(), self._view.report
        if self._first is None:
            waited = now - self._started
            print(f'{waited:4.0f} s  {report.get("network", "starting")} ...', flush=True)
            return
        self._images += tally.images
        self._answers += tally.answers
        self._latencies += tally.latencies
        print(
            f'{now - self._first:4.0f} s  in {tally.images / elapsed:4.1f} Hz  '
            f'out {tally.answers / elapsed:4.1f} Hz  '
            f'latency p50 {percentile_ms(tally.latencies, 50):4.0f} '
            f'p95 {percentile_ms(tally.latencies, 95):4.0f} ms  '
            f'dropped {report.get("dropped", "?")}  {self._caption()}',
            flush=True,
        )

    def _save(self, picture: np.ndarray) -> None:
        """Write a picture in a thread, as a PNG takes longer than a frame."""
        if self._writer is None or not self._writer.is_alive():
            self._writer = threading.Thread(target=_write_png, args=(self._file, picture))
            self._writer.start()

    def _sum_up(self) -> None:
        if self._first is None:
            return
        print(
            f'{self._images} images, {self._answers} answered, dropped '
            f'{self._view.report.get("dropped", "?")}, latency p50 '
            f'{percentile_ms(self._latencies, 50):.0f} ms, p95 '
            f'{percentile_ms(self._latencies, 95):.0f} ms. Picture: {self._file}'
        )

    def _mourn(self, child: ChildProcess) -> None:
        print(
            f'hydranet: the {child.name} process ended with status {child.status}. It said last:',
            file=sys.stderr,
        )
        for line in child.last_lines():
            print(f'  {line}', file=sys.stderr)

    def _complain(self) -> None:
        waited = time.monotonic() - self._started
        perception = self._children[1]
        _tell(f'no answer within {waited:.0f} s. The perception process said last:', perception)


def _tell(problem: str, child: ChildProcess) -> None:
    print(
        '\n'.join([f'hydranet: {problem}', *(f'  {line}' for line in child.last_lines())]),
        file=sys.stderr,
    )


def _write_png(path: Path, picture: np.ndarray) -> None:
    """Replace a picture's file at once, so that a viewer never reads half of it."""
    bgr = cv2.cvtColor(picture, cv2.COLOR_RGB2BGR)
    data = cv2.imencode('.png', bgr, (cv2.IMWRITE_PNG_COMPRESSION, 1))[1]
    write_atomically(path, data.tobytes())
