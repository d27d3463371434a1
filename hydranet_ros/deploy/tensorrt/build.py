# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Have an engine built in a process of its own; whatever befalls it, this one lives on."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator
import logging
import os
from pathlib import Path
import selectors
import signal
import subprocess
import sys
from tempfile import TemporaryDirectory
from typing import Any

from hydranet_ros.deploy.tensorrt.order import BuildOrder
from hydranet_ros.deploy.tensorrt.order import ENGINE
from hydranet_ros.deploy.tensorrt.order import GRAPH
from hydranet_ros.deploy.tensorrt.order import Report
from hydranet_ros.deploy.tensorrt.order import Topic
from hydranet_ros.deploy.tensorrt.order import WORDS
from hydranet_ros.errors import HydranetError

_log = logging.getLogger(__name__)
CHILD = 'hydranet_ros.deploy.tensorrt.build_child'
STALL_S = 1800.0  # the longest silence of a build: on a small Jetson a step takes minutes
_LAST_LINES = 3


def build_in_child(
    graph: bytes,
    order: BuildOrder,
    on_progress: Callable[[str], None],
    stall_s: float = STALL_S,
) -> bytes:
    """Build a serialised engine from an ONNX graph; HydranetError with the reason.

    stall_s: after so many seconds without a word the build is given up.
    """
    try:
        with TemporaryDirectory(prefix='hydranet-tensorrt-') as name:
            folder = Path(name)
            (folder / GRAPH).write_bytes(graph)
            order.write(folder)
            _run(folder, on_progress, stall_s)
            return (folder / ENGINE).read_bytes()
    except OSError as error:
        raise HydranetError(
            f'TensorRT cannot be given the graph to build ({error}). Make room there, or set '
            'TMPDIR to a folder on another disk.'
        ) from error


def _run(folder: Path, on_progress: Callable[[str], None], stall_s: float) -> None:
    last, error, done = 'the start', '', False
    with (folder / WORDS).open('wb') as words:
        child = subprocess.Popen(
            [sys.executable, '-m', CHILD, str(folder)],
            cwd=folder,
            env={**os.environ, 'PYTHONPATH': _search_path()},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=words,
            start_new_session=True,  # ^C is for this process, which then ends the child
        )
    with child:
        try:
            for report in _reports(child.stdout, stall_s):
                if report.topic is Topic.PROGRESS:
                    last = report.text
                    on_progress(last)
                elif report.topic is Topic.ERROR:
                    error = report.text
                elif report.topic is Topic.DONE:
                    done = True
                else:
                    _log.log(getattr(logging, report.topic.name), 'TensorRT: %s', report.text)
            child.wait(stall_s)
        except (TimeoutError, subprocess.TimeoutExpired):
            error = (
                f"TensorRT's build was given up: no word for {stall_s / 60:.0f} minutes after "
                f"'{last}'. Try a lower optimization level, another precision or backend."
            )
        finally:
            child.kill()
    if not done:  # a crash after that costs nothing any more
        raise HydranetError(error or _cause_of_death(child.returncode, last, folder / WORDS))


def _reports(stream: Any, stall_s: float) -> Iterator[Report]:
    """Give the child's reports until it ends; TimeoutError where it says nothing for too long."""
    pending = b''
    with selectors.DefaultSelector() as selector:
        selector.register(stream, selectors.EVENT_READ)
        while selector.select(stall_s):
            chunk = os.read(stream.fileno(), 1 << 16)
            if not chunk:
                return
            *lines, pending = (pending + chunk).split(b'\n')
            for line in lines:
                report = Report.parse(line.decode(errors='replace'))
                if report is not None:
                    yield report
    raise TimeoutError


def _search_path() -> str:
    """Let the child import what this process can, but nothing from its own folder."""
    return os.pathsep.join(entry or os.getcwd() for entry in sys.path)


def _cause_of_death(status: int, last: str, words: Path) -> str:
    said = words.read_text(encoding='utf-8', errors='replace').strip().splitlines()
    end = ' / '.join(line.strip() for line in said[-_LAST_LINES:]) or 'nothing'
    if status == -signal.SIGKILL:
        return (
            f"TensorRT's build was killed after '{last}': the memory of this machine most likely "
            'ran out. Close other programs, add swap, or give workspace_mb or a lower '
            'optimization level.'
        )
    how = f'by {signal.Signals(-status).name}' if status < 0 else f'with status {status}'
    return (
        f"TensorRT's build ended {how} after '{last}'; its last words: {end}. Try a lower "
        'optimization level, another precision or backend.'
    )
