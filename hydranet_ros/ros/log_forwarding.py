# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Send what the ROS-free parts of the package log to a node's logger, and so to /rosout."""

import logging
from typing import Any

PACKAGE = 'hydranet_ros'


class _RosHandler(logging.Handler):
    """Pass records on to the newest of the loggers, because nodes of one process share them."""

    def __init__(self) -> None:
        super().__init__()
        self.loggers: list[Any] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Pass one on; one call a level, because rclpy ties a level to the calling line."""
        text, logger = record.getMessage(), self.loggers[-1]
        if record.levelno >= logging.ERROR:
            logger.error(text)
        elif record.levelno >= logging.WARNING:
            logger.warning(text)
        else:
            logger.info(text)


_handler = _RosHandler()


def forward_logs(logger: Any) -> None:
    """Let the package's records go to an rclpy logger, until it stops or another one comes."""
    _handler.loggers.append(logger)
    package = logging.getLogger(PACKAGE)
    package.addHandler(_handler)
    package.setLevel(logging.INFO)
    package.propagate = False


def stop_forwarding(logger: Any) -> None:
    """Give the records to the logger that came before, or back to Python's logging."""
    if logger in _handler.loggers:
        _handler.loggers.remove(logger)
    if _handler.loggers:
        return
    package = logging.getLogger(PACKAGE)
    package.removeHandler(_handler)
    package.setLevel(logging.NOTSET)
    package.propagate = True
