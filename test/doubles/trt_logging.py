# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""NOT TensorRT: the logger of its double, one for the process.

That of the first builder or runtime serves while any builder or runtime lives; another that is
passed meanwhile is ignored, with a warning. TensorRT keeps a bare pointer to it: where that would
be followed to a logger that was freed, this raises.
"""

from typing import Any
import weakref

_users: weakref.WeakSet = weakref.WeakSet()  # builders and runtimes
_kept: list[weakref.ref] = []


def register(user: Any, logger: Any) -> None:
    """Note a builder or runtime, and what it was given to log with."""
    if not _users:
        _kept[:] = [weakref.ref(logger)]
    elif _kept[0]() is not logger:
        log(user, 'WARNING', 'The logger passed in differs from one already registered; ignored.')
    _users.add(user)


def log(thing: Any, severity: str, text: str) -> None:
    """Say something; `thing`: any object of the double."""
    logger = _kept[0]()
    if logger is None:
        raise RuntimeError(f'TensorRT would crash: a logger that was freed is to say {text!r}')
    logger.log(getattr(thing._contract.names['ILogger'], severity), text)
