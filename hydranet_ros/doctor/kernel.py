# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The kernel's socket buffers: what does not go through shared memory goes through them."""

from collections.abc import Iterator
from pathlib import Path

from hydranet_ros.doctor.finding import Finding
from hydranet_ros.doctor.finding import ok
from hydranet_ros.doctor.finding import warning
from hydranet_ros.doctor.ros import installed

LIMIT = Path('/proc/sys/net/core/rmem_max')
_ENOUGH = 2 << 20  # bytes: about two images of 640x480


def check() -> Iterator[Finding]:
    """Compare net.core.rmem_max with the size of an image."""
    if not installed() or not LIMIT.is_file():
        return
    found = int(LIMIT.read_text())
    text = f'net.core.rmem_max is {found / 1024:.0f} KiB'
    if found >= _ENOUGH:
        yield ok('kernel', text)
    else:
        yield warning(
            'kernel',
            f'{text}: images between machines get lost, and those of other middlewares',
            'sudo sysctl -w net.core.rmem_max=33554432 (keep it in /etc/sysctl.d).',
        )
