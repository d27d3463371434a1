# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The logger of this process: TensorRT keeps the first that it is given, whoever made it.

It hands each message to the Messages of the thread that speaks.
"""

from __future__ import annotations

from functools import cache
import logging
import threading
from typing import Any
from typing import TYPE_CHECKING

from hydranet_ros.deploy.tensorrt.messages import Messages

if TYPE_CHECKING:
    import tensorrt as trt


class _Listening(threading.local):
    messages: Messages | None = None


_here = _Listening()
_last = Messages()


def listen(messages: Messages) -> None:
    """Take what TensorRT says on this thread from now on.

    Threads of its own speak to who listened last: while it sets up or builds, that is its caller.
    """
    global _last
    _here.messages = _last = messages


@cache  # never freed: TensorRT may hold it as long as this process lives
def logger_of(trt: Any) -> trt.ILogger:
    """Give the logger for all that is made by the module `trt`."""
    levels = {
        trt.ILogger.INTERNAL_ERROR: logging.ERROR,
        trt.ILogger.ERROR: logging.ERROR,
        trt.ILogger.WARNING: logging.WARNING,
        trt.ILogger.INFO: logging.DEBUG,
    }

    class Logger(trt.ILogger):
        def __init__(self) -> None:
            trt.ILogger.__init__(self)

        def log(self, severity: object, msg: str) -> None:
            level = levels.get(severity)
            if level is not None:
                (_here.messages or _last).add(level, msg.strip())

    return Logger()
