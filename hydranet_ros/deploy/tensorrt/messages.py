# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""What TensorRT says: its messages and its progress, handed on from its own threads."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
import logging
from math import inf
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import tensorrt as trt

_log = logging.getLogger(__name__)
PERIOD_S = 0.5  # between two lines of progress
KEPT_ERRORS = 8  # the last ones: they say why, those before what was tried


def to_log(level: int, line: str) -> None:
    """Log a line of TensorRT's."""
    _log.log(level, 'TensorRT: %s', line)


class Messages:
    """TensorRT's messages: the last errors are kept for who reports a failure, the rest is told.

    tell: called with a level of `logging` and a line, from any thread; must not raise.
    """

    def __init__(self, tell: Callable[[int, str], None] = to_log) -> None:
        self.tell = tell
        self._errors: deque[str] = deque(maxlen=KEPT_ERRORS)

    def add(self, level: int, line: str) -> None:
        """Take a message."""
        if level < logging.ERROR:
            self.tell(level, line)
        else:
            self._errors.append(line.rstrip('.'))

    def errors(self) -> str:
        """Give the errors since the last call, in one line."""
        errors, self._errors = self._errors, deque(maxlen=KEPT_ERRORS)
        return '; '.join(errors) or 'it gives no reason'

    def tell_errors(self) -> None:
        """Tell the errors since the last call as a warning: what they belong to went well."""
        if self._errors:
            self.tell(logging.WARNING, f'done, in spite of errors: {self.errors()}')


class Progress:
    """Lines such as 'TensorRT: Tactics 12 of 80', at most two a second.

    tell: called with a line, from any thread; must not raise, TensorRT would abort.
    """

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._lock = Lock()
        self._steps: dict[str, int] = {}
        self._told = -inf

    def start(self, phase: str, steps: int) -> None:
        """Enter a phase of so many steps."""
        with self._lock:
            self._steps[phase] = steps
        self.step(phase, -1)

    def step(self, phase: str, step: int) -> None:
        """Finish a step of a phase, counted from 0."""
        with self._lock:
            now, steps = monotonic(), self._steps.get(phase, 0)
            if now - self._told < PERIOD_S:
                return
            self._told = now
        self._tell(f'TensorRT: {phase} {step + 1} of {steps}')


def make_monitor(progress: Progress) -> trt.IProgressMonitor:
    """Make TensorRT's progress monitor; it must outlive the build."""
    import tensorrt as trt

    class Monitor(trt.IProgressMonitor):
        def __init__(self) -> None:
            trt.IProgressMonitor.__init__(self)

        def phase_start(self, phase_name: str, parent_phase: str | None, num_steps: int) -> None:
            progress.start(phase_name, num_steps)

        def step_complete(self, phase_name: str, step: int) -> bool:
            progress.step(phase_name, step)
            return True

        def phase_finish(self, phase_name: str) -> None:
            pass

    return Monitor()
