# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""A ROS graph of its own for each test, spun in the background and taken down in order."""

from collections.abc import Callable
from collections.abc import Iterator
import itertools
import os
import threading
import time
from typing import Any

import pytest

from hydranet_ros.ros.quiet_domain import enter
from hydranet_ros.ros.quiet_domain import is_free

DEADLINE_S = 30.0
# In turn, from a place of this process on: in a domain that was just left, a new participant may
# still hear of the old ones, and then it does not find its services for 20 s.
_domains = itertools.islice(itertools.cycle(range(21, 101)), os.getpid() % 80, None)


def wait_until(predicate: Callable[[], Any], what: str, deadline_s: float = DEADLINE_S) -> Any:
    """Return what the predicate returns once that is true; fail naming what was waited for."""
    end = time.monotonic() + deadline_s
    pause = threading.Event()
    while not (found := predicate()):
        assert time.monotonic() < end, f'no {what} within {deadline_s:g} s'
        pause.wait(0.002)
    return found


def enter_next_domain() -> None:
    """Let this process, and the children that it starts, use a domain that nobody else is in."""
    enter(next(filter(is_free, _domains)))


class Graph:
    """Nodes of one context, spun by one executor in a thread."""

    def __init__(self) -> None:
        from rclpy.context import Context
        from rclpy.executors import SingleThreadedExecutor

        enter_next_domain()
        self.context = Context()
        self.context.init()
        self.executor = SingleThreadedExecutor(context=self.context)
        self._nodes: list[Any] = []
        self._end = False
        self._thread = threading.Thread(target=self._spin, name='executor')
        self._thread.start()

    def add(self, node: Any) -> Any:
        self._nodes.append(node)
        self.executor.add_node(node)
        return node

    def node(self, name: str) -> Any:
        import rclpy

        return self.add(rclpy.create_node(name, context=self.context))

    def close(self) -> None:
        self._end = True
        self.executor.wake()
        self._thread.join(DEADLINE_S)
        self.executor.shutdown()
        for node in self._nodes:
            if hasattr(node, 'close'):
                node.close()
            node.destroy_node()
        self.context.try_shutdown()

    def _spin(self) -> None:
        while not self._end:
            self.executor.spin_once(timeout_sec=0.1)


@pytest.fixture(scope='session', autouse=True)
def _engines_are_kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv('HYDRANET_CACHE', str(tmp_path_factory.mktemp('cache')))
        yield


@pytest.fixture
def graph() -> Iterator[Graph]:
    graph = Graph()
    yield graph
    graph.close()


class Logs:
    """What the nodes of this process wrote to stderr, which rclpy does below Python.

    It is read where it lies, in the file that capfd puts in the place of stderr: what is written
    while capfd.readouterr() empties that file is lost.
    """

    @property
    def lines(self) -> list[str]:
        written = os.pread(2, os.fstat(2).st_size, 0)
        return written.decode(errors='replace').splitlines()

    def wait_for(self, words: str) -> None:
        wait_until(lambda: any(words in line for line in self.lines), f'log line with {words!r}')


@pytest.fixture
def logs(capfd: pytest.CaptureFixture[str]) -> Logs:
    return Logs()
