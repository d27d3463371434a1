# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""How fast TensorRT found each kernel on this GPU: kept, so that the next build is shorter."""

from __future__ import annotations

import hashlib
import logging
from pathlib import Path
import re
from typing import TYPE_CHECKING

from hydranet_ros.atomic_file import write_atomically
from hydranet_ros.errors import first_line
from hydranet_ros.errors import HydranetError
from hydranet_ros.resources import cache_dir

if TYPE_CHECKING:
    import tensorrt as trt

    from hydranet_ros.deploy.tensorrt.messages import Messages

_log = logging.getLogger(__name__)
_DIGEST = hashlib.sha256().digest_size


def timing_cache_file(gpu: str, version: str) -> str:
    """Give the file for a GPU and a version of TensorRT; '' where there can be none (logged)."""
    try:
        folder = cache_dir() / 'timing'
        folder.mkdir(exist_ok=True)
    except (HydranetError, OSError) as error:
        _log.warning('Timing cache: none is used. %s', first_line(error))
        return ''
    return str(folder / (re.sub(r'[^\w.]+', '-', f'{gpu} {version}').strip('-') + '.timing'))


def use_timing_cache(config: trt.IBuilderConfig, file: str, messages: Messages) -> None:
    """Give the builder what is kept in `file`; what is damaged or refused is started anew."""
    kept = _read(file, messages)
    cache = config.create_timing_cache(kept)
    if cache is not None and config.set_timing_cache(cache, False):
        return
    if kept:
        messages.tell(logging.WARNING, f'Timing cache: {file} was refused; starting anew.')
    fresh = config.create_timing_cache(b'')
    if fresh is not None:
        config.set_timing_cache(fresh, False)


def keep_timing_cache(config: trt.IBuilderConfig, file: str, messages: Messages) -> None:
    """Write what the builder found out; a full disk costs a line of the log, no more."""
    cache: trt.ITimingCache | None = config.get_timing_cache()
    if not file or cache is None:
        return
    data = bytes(cache.serialize())
    try:
        write_atomically(Path(file), hashlib.sha256(data).digest() + data)
    except OSError as error:
        messages.tell(logging.WARNING, f'Timing cache: {file} was not kept ({error}).')


def _read(file: str, messages: Messages) -> bytes:
    """Read the file; no bytes where there is none or it is damaged."""
    if not file:
        return b''
    try:
        content = Path(file).read_bytes()
    except FileNotFoundError:
        return b''
    except OSError as error:
        messages.tell(logging.WARNING, f'Timing cache: {file} cannot be read ({error}).')
        return b''
    digest, data = content[:_DIGEST], content[_DIGEST:]
    if hashlib.sha256(data).digest() != digest:
        messages.tell(logging.WARNING, f'Timing cache: {file} is damaged; starting anew.')
        return b''
    return data
