# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Three seconds of images from a camera process to another one, through the middleware."""

from collections.abc import Iterator
import json

from hydranet_ros.doctor.child import tried
from hydranet_ros.doctor.finding import Finding
from hydranet_ros.doctor.finding import ok
from hydranet_ros.doctor.finding import problem
from hydranet_ros.doctor.finding import warning
from hydranet_ros.doctor.ros import installed

_LOOK = 'from hydranet_ros.ros.loopback import main; main()'
_MOST_LOST = 0.05


def check() -> Iterator[Finding]:
    """Count what arrives."""
    if not installed():
        return
    works, said = tried(_LOOK)
    try:
        found = json.loads(said) if works else {}
    except json.JSONDecodeError:
        found = {}
    if not found.get('received'):
        reason = f': {said}' if not works else ''
        yield problem(
            'loopback',
            f'no image came from a camera process{reason}',
            'See what is said above of ROS 2, the middleware and shared memory.',
        )
        return
    received, lost = found['received'], found['lost']
    text = (
        f'{received} images of 640x480 from another process, {lost} lost, '
        f'{found["latency_ms"]:.1f} ms on the way'
    )
    if lost > _MOST_LOST * (received + lost):
        yield warning(
            'loopback',
            text,
            'A busy machine loses some; else see what is said of the middleware above.',
        )
    else:
        yield ok('loopback', text)
