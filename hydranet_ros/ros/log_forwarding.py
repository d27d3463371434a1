# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Send what the ROS-free parts of the package log to the node's logger, and so to /rosout."""

import logging
from typing import Any

PACKAGE = 'hydranet_ros'


class _RosHandler(logging.Handler):
    """Pass records on; one call a level, because rclpy ties a level to the calling line."""

    def __init__(self, logger: Any) -> None:
        super().__init__()
        self._logger = logger

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage()
        if record.levelno >= logging.ERROR:
            self._logger.error(text)
        elif record.levelno >= logging.WARNING:
            self._logger.warning(text)
        else:
            self._logger.info(text)


def forward_logs(logger: Any) -> None:
    """Let the package's records go to an rclpy logger, in place of an earlier one."""
    stop_forwarding()
    package = logging.getLogger(PACKAGE)
    package.addHandler(_RosHandler(logger))
    package.setLevel(logging.INFO)
    package.propagate = False


def stop_forwarding() -> None:
    """Give the records back to Python's logging, as before the first node."""
    package = logging.getLogger(PACKAGE)
    for handler in [one for one in package.handlers if isinstance(one, _RosHandler)]:
        package.removeHandler(handler)
    package.setLevel(logging.NOTSET)
    package.propagate = True
