# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The cache of downloads and engines."""

from collections.abc import Iterator
import shutil
from uuid import uuid4

from hydranet_ros.doctor.finding import Finding
from hydranet_ros.doctor.finding import ok
from hydranet_ros.doctor.finding import problem
from hydranet_ros.doctor.finding import warning
from hydranet_ros.errors import HydranetError
from hydranet_ros.resources import cache_dir

_ENOUGH = 500 << 20  # bytes: some engines and checkpoints


def check() -> Iterator[Finding]:
    """Write a file there and look at the room that is left."""
    advice = 'Set HYDRANET_CACHE to a folder that you may write to.'
    try:
        folder = cache_dir()
        probe = folder / f'{uuid4().hex}.probe'
        probe.write_bytes(b'')
        probe.unlink()
    except (HydranetError, OSError) as error:
        yield problem('cache', str(error), advice)
        return
    files = [one for one in folder.rglob('*') if one.is_file()]
    held, free = sum(one.stat().st_size for one in files), shutil.disk_usage(folder).free
    text = f'{folder}: {held / 1e6:.0f} MB in {len(files)} files, {free / 1e9:.1f} GB free'
    if free < _ENOUGH:
        yield warning('cache', text, f'Make room, or remove what is in it. {advice}')
    else:
        yield ok('cache', text)
