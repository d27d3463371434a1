# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""From what the user typed to a source of frames."""

import os
from pathlib import Path

from hydranet_ros.errors import HydranetError
from hydranet_ros.sources.frame import missing
from hydranet_ros.sources.frame import Source
from hydranet_ros.sources.pictures import open_folder
from hydranet_ros.sources.pictures import Pictures
from hydranet_ros.sources.pictures import SUFFIXES
from hydranet_ros.sources.video import DEVICE
from hydranet_ros.sources.video import Device
from hydranet_ros.sources.video import Video

STREET = 'street'


def open_source(
    spec: str, *, size: tuple[int, int] | None = None, loop: bool = False, seed: int = 0
) -> Source:
    """Open an image, a folder of images, a video, a V4L device or the invented street.

    spec: a path, '/dev/video0' or 'v4l:0', or 'street' ('./street' is a folder of that name).
    size: (height, width) to resize to (asked of a device, drawn by the street); None = as it is.
    loop: begin again at the end. seed: of the street. HydranetError says what is wrong with spec.
    """
    if size is not None and min(size) < 1:
        raise HydranetError(f'a picture of {size[1]}x{size[0]} pixels is not possible.')
    if spec == STREET:
        from hydranet_ros.sources.street import Street

        return Street(*(size or (480, 640)), seed=seed)
    device = DEVICE.fullmatch(spec)
    if device:
        return Device(int(device[1]), size)
    path = Path(os.path.expanduser(spec))  # unlike pathlib's, never an error
    if os.path.isdir(path):  # False, not an error, for what can be no path
        return open_folder(path, size, loop)
    if not os.path.exists(path):
        raise missing(path)
    if not os.path.isfile(path):  # else any other spelling of a camera's node would switch it on
        raise HydranetError(f"'{spec}' is no file; name a camera as /dev/video0 or v4l:0.")
    if path.suffix.lower() in SUFFIXES:
        return Pictures(str(path), [path], size, loop)
    return Video(path, size, loop)
