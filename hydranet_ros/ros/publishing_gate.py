# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""When the worker may use publishers: not while they change, nor once their context is gone."""

from collections.abc import Callable
import threading
from typing import TypeVar

from rclpy.context import Context

Answer = TypeVar('Answer')


class PublishingGate:
    """Let the worker use one camera's publishers, which belong to the executor's thread.

    After Ctrl-C the context is gone before the node is told to stop: what the publishers raise
    from then on is no error of a frame.

    Attributes:
        lock: to be held while publishers are made or destroyed.

    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self._active = False
        self.lock = threading.Lock()

    def set_active(self, active: bool) -> None:
        """Allow or forbid to publish; once False has returned, nothing is published."""
        with self.lock:
            self._active = active

    def send(self, send: Callable[[], None]) -> bool:
        """Publish; False where that is forbidden by now, or the context is gone."""
        with self.lock:
            if not self._active:
                return False
            try:
                send()
            except Exception:
                if self._context.ok():
                    raise
                return False
            return True

    def look(self, ask: Callable[[], Answer], gone: Answer) -> Answer:
        """Return what the publishers answer, also while inactive; `gone` without a context."""
        with self.lock:
            try:
                return ask()
            except Exception:
                if self._context.ok():
                    raise
                return gone
