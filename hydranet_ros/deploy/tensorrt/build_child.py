# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The process that builds: `python -m hydranet_ros.deploy.tensorrt.build_child FOLDER`.

It may crash, or be killed for memory, without harm to the one that waits for it.
"""

from contextlib import suppress
import ctypes
import logging
import os
from pathlib import Path
import signal
import sys
from threading import Lock
import traceback
from typing import TextIO

from hydranet_ros.deploy.tensorrt.builder import build_plan
from hydranet_ros.deploy.tensorrt.messages import Messages
from hydranet_ros.deploy.tensorrt.order import BuildOrder
from hydranet_ros.deploy.tensorrt.order import ENGINE
from hydranet_ros.deploy.tensorrt.order import GRAPH
from hydranet_ros.deploy.tensorrt.order import Report
from hydranet_ros.deploy.tensorrt.order import Topic
from hydranet_ros.errors import first_line
from hydranet_ros.errors import HydranetError

OOM_SCORE_ADJ = 1000  # the first that the kernel takes when memory ends
_PR_SET_PDEATHSIG = 1


def main(folder: Path) -> int:
    """Build what the folder's order says; give the exit status."""
    reports = _Reports(_own_stdout())
    messages = Messages(reports.log)
    try:
        order = BuildOrder.read(folder)
        _end_with(order.parent)
        _volunteer_for_the_oom_killer()
        plan = build_plan((folder / GRAPH).read_bytes(), order, messages, reports.progress)
        (folder / ENGINE).write_bytes(plan)
    except HydranetError as error:
        reports.send(Topic.ERROR, str(error))
    except OSError as error:
        reports.send(
            Topic.ERROR,
            f'The engine cannot be written: {error}. Make room there, or set TMPDIR to a folder '
            'on another disk.',
        )
    except Exception as error:  # the bindings raise many types
        traceback.print_exc()
        reports.send(
            Topic.ERROR,
            f'The build failed: {type(error).__name__}: {first_line(error)}; TensorRT: '
            f'{messages.errors()}. Try another precision or backend.',
        )
    else:
        reports.send(Topic.DONE, '')
        return 0
    return 1


class _Reports:
    """Lines to the parent, from any thread; one that is gone is no error."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._lock = Lock()

    def send(self, topic: Topic, text: str) -> None:
        with self._lock, suppress(OSError, ValueError):
            print(Report(topic, text).line(), file=self._stream, flush=True)

    def progress(self, line: str) -> None:
        self.send(Topic.PROGRESS, line)

    def log(self, level: int, line: str) -> None:
        self.send(Topic.WARNING if level >= logging.WARNING else Topic.DEBUG, line)


def _own_stdout() -> TextIO:
    """Take standard output for reports; what libraries print goes to standard error instead."""
    stream = os.fdopen(os.dup(1), 'w', encoding='utf-8')
    os.dup2(2, 1)
    return stream


def _end_with(parent: int) -> None:
    """Be killed when the thread that waits for this process ends."""
    with suppress(AttributeError, OSError):  # no Linux
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit(1)


def _volunteer_for_the_oom_killer() -> None:
    with suppress(OSError):  # no Linux, or /proc is read-only
        Path('/proc/self/oom_score_adj').write_text(str(OOM_SCORE_ADJ))


if __name__ == '__main__':
    sys.exit(main(Path(sys.argv[1])))
