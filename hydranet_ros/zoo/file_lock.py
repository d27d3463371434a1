# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Let one process at a time write a file of the cache."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
import fcntl
import logging
from pathlib import Path

_log = logging.getLogger(__name__)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock `<path>.lock` among processes and threads, waiting for whoever has it.

    The kernel gives it back when a process dies, so that no stale lock is left behind.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_name(path.name + '.lock').open('w') as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            _log.info('waiting for another process that is writing %s', path)
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
