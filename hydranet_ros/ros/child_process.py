# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Start a node as a process of its own, and end it whatever happens."""

from collections import deque
from collections.abc import Mapping
from contextlib import suppress
import ctypes
import os
from pathlib import Path
import signal
import subprocess
import sys
import threading

import hydranet_ros

_PR_SET_PDEATHSIG = 1
_STOP_WAITS = ((signal.SIGINT, 6.0), (signal.SIGTERM, 3.0), (signal.SIGKILL, 5.0))
_libc = ctypes.CDLL(None) if sys.platform == 'linux' else None


def _die_with_parent() -> None:
    if _libc is not None:
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def as_parameter(name: str, value: object) -> list[str]:
    """Return the ROS arguments that set a parameter; text is quoted, so that it stays text."""
    if isinstance(value, str):
        quoted = value.replace("'", "''")
        return ['-p', f"{name}:='{quoted}'"]
    return ['-p', f'{name}:={str(value).lower() if isinstance(value, bool) else value}']


class ChildProcess:
    """Run a module of ours as a node, in a session of its own, keeping its last lines.

    Must be created by the main thread: the kernel ends the child when the thread that made it
    ends, even by SIGKILL.
    """

    def __init__(self, name: str, module: str, parameters: Mapping[str, object]) -> None:
        self.name = name
        arguments = [part for item in parameters.items() for part in as_parameter(*item)]
        package_home = str(Path(hydranet_ros.__file__).parent.parent)
        path = os.pathsep.join(filter(None, (package_home, os.environ.get('PYTHONPATH'))))
        self._process = subprocess.Popen(
            [sys.executable, '-m', module, '--ros-args', *arguments],
            env={**os.environ, 'PYTHONPATH': path, 'PYTHONUNBUFFERED': '1'},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors='replace',
            start_new_session=True,
            preexec_fn=_die_with_parent,
        )
        self._lines: deque[str] = deque(maxlen=15)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        """Return the process id."""
        return self._process.pid

    @property
    def status(self) -> int | None:
        """Return the exit status, None while it runs."""
        return self._process.poll()

    def last_lines(self) -> list[str]:
        """Return what it printed last; all of it once it has ended."""
        if self.status is not None:
            self._reader.join(2.0)
        return list(self._lines)

    def stop(self) -> None:
        """End it: ask by SIGINT, then SIGTERM, then SIGKILL, its own children included."""
        for number, patience in _STOP_WAITS:
            with suppress(ProcessLookupError):
                os.killpg(self.pid, number)
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(patience)
                break
        self._reader.join(2.0)

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.append(line.rstrip())
