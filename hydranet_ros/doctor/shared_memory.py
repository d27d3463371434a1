# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""/dev/shm: where Fast DDS keeps images between processes."""

from collections.abc import Iterator
from pathlib import Path
import shutil

from hydranet_ros.doctor.finding import Finding
from hydranet_ros.doctor.finding import ok
from hydranet_ros.doctor.finding import problem
from hydranet_ros.doctor.finding import warning
from hydranet_ros.doctor.ros import installed

FOLDER = Path('/dev/shm')
_SEGMENT = 32 << 20  # bytes, as config/fastdds.xml says
_PROCESSES = 3  # camera, perception, viewer


def check() -> Iterator[Finding]:
    """Look whether the segments of a few processes fit."""
    if not installed():
        return
    try:
        usage = shutil.disk_usage(FOLDER)
    except OSError as error:
        yield problem(
            'shared memory', f'{FOLDER}: {error}', 'Start the container with --ipc=host.'
        )
        return
    text = f'{FOLDER} has {usage.free >> 20} of {usage.total >> 20} MiB free'
    left = [one for one in FOLDER.glob('fastrtps_*') if one.is_file()]
    held = sum(one.stat().st_size for one in left) >> 20
    if usage.free >= _PROCESSES * _SEGMENT:
        yield ok('shared memory', text)
    elif held > 2 * (_SEGMENT >> 20):
        yield warning(
            'shared memory',
            f'{text}, {held} MiB are segments of Fast DDS',
            'What killed processes left behind goes with: fastdds shm clean, or rm '
            f'{FOLDER}/fastrtps_* while no ROS process runs.',
        )
    else:
        yield warning(
            'shared memory',
            f'{text}, too little for {_PROCESSES} processes that publish images',
            'Start the container with --ipc=host, or with --shm-size=256m.',
        )
