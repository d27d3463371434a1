# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""A ROS graph of its own for each test, spun in the background and taken down in order."""

from collections.abc import Callable
from collections.abc import Iterator
import os
import threading
import time

import pytest

# Before rclpy is initialised: no other machine, and no other test process, may join in.
os.environ['ROS_AUTOMATIC_DISCOVERY_RANGE'] = 'LOCALHOST'
os.environ.setdefault('ROS_DOMAIN_ID', str(31 + os.getpid() % 70))

DEADLINE_S = 30.0


def wait_until(predicate: Callable[[], bool], what: str, deadline_s: float = DEADLINE_S) -> None:
    """Return as soon as the predicate holds; fail naming what was waited for."""
    end = time.monotonic() + deadline_s
    pause = threading.Event()
    while not predicate():
        assert time.monotonic() < end, f'{what} did not happen within {deadline_s:g} s'
        pause.wait(0.005)


class Graph:
    """Nodes of one context, spun by one executor in a thread."""

    def __init__(self) -> None:
        from rclpy.context import Context
        from rclpy.executors import SingleThreadedExecutor

        self.context = Context()
        self.context.init()
        self.executor = SingleThreadedExecutor(context=self.context)
        self._nodes = []
        self._thread = threading.Thread(target=self._spin, name='executor')
        self._thread.start()

    def add(self, node):
        self._nodes.append(node)
        self.executor.add_node(node)
        return node

    def node(self, name: str):
        import rclpy

        return self.add(rclpy.create_node(name, context=self.context))

    def _spin(self) -> None:
        from rclpy.executors import ExternalShutdownException
        from rclpy.executors import ShutdownException

        try:
            while self.context.ok():
                self.executor.spin_once(timeout_sec=0.1)
        except (ExternalShutdownException, ShutdownException):
            pass

    def close(self) -> None:
        self.executor.shutdown()
        self._thread.join(DEADLINE_S)
        for node in self._nodes:
            if hasattr(node, 'close'):
                node.close()
            node.destroy_node()
        self.context.try_shutdown()


@pytest.fixture
def graph() -> Iterator[Graph]:
    graph = Graph()
    yield graph
    graph.close()
