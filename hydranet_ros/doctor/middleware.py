# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The middleware's profile: whether images fit in its shared memory."""

from collections.abc import Iterator
import os
from pathlib import Path
from xml.etree import ElementTree

from hydranet_ros.doctor.finding import Finding
from hydranet_ros.doctor.finding import ok
from hydranet_ros.doctor.finding import problem
from hydranet_ros.doctor.finding import warning
from hydranet_ros.doctor.ros import installed
from hydranet_ros.fastdds_profile import profile_path
from hydranet_ros.fastdds_profile import profile_variable
from hydranet_ros.fastdds_profile import PROFILE_VARIABLES

_RMW = 'RMW_IMPLEMENTATION'
_BUILTIN = 'FASTDDS_BUILTIN_TRANSPORTS'
_ENOUGH = 3 * 1920 * 1080 * 3  # bytes: a few images


def check() -> Iterator[Finding]:
    """Look at what the environment says; our own nodes and camera bring their profile."""
    if not installed():
        return
    rmw = os.environ.get(_RMW, 'rmw_fastrtps_cpp')
    if 'fastrtps' not in rmw:
        yield ok('middleware', f'{rmw}, as {_RMW} says')
        return
    named = {name: os.environ[name] for name in PROFILE_VARIABLES if os.environ.get(name)}
    for name, value in named.items():
        yield from _profile(name, Path(value))
    if named:
        return
    if os.environ.get(_BUILTIN):
        yield warning(
            'middleware',
            f'{_BUILTIN}={os.environ[_BUILTIN]} is set, so our profile is not used',
            'Unset it, where images are lost between processes (config/fastdds.xml instead).',
        )
        return
    yield ok(
        'middleware',
        'Fast DDS; our nodes use config/fastdds.xml. For your own camera driver: '
        f'export {profile_variable()}={profile_path()}',
    )


def _profile(name: str, path: Path) -> Iterator[Finding]:
    advice = f'export {profile_variable()}={profile_path()}'
    try:
        root = ElementTree.parse(path).getroot()
    except (OSError, ElementTree.ParseError) as error:
        yield problem('middleware', f'{name}={path} cannot be read: {error}', advice)
        return
    sizes = [
        int(one.text or 0)
        for one in root.iter()
        if one.tag.rpartition('}')[2] == 'segment_size' and (one.text or '').strip().isdigit()
    ]
    if max(sizes, default=0) < _ENOUGH:
        yield warning(
            'middleware',
            f'{name}={path} gives shared memory of {max(sizes, default=0) / 2**20:.1f} MiB, too '
            'little for images',
            advice,
        )
    else:
        yield ok('middleware', f'{name}={path}, {max(sizes) / 2**20:.0f} MiB of shared memory')
