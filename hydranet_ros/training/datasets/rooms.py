# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Two rooms seen by cameras of other focal lengths: Replica (rendered) and 7-Scenes (Kinect)."""

import json
from pathlib import Path

from hydranet_ros.errors import HydranetError
from hydranet_ros.training.datasets.classes import NYUDV2
from hydranet_ros.training.datasets.file_set import Encoding
from hydranet_ros.training.datasets.file_set import FileDataSet
from hydranet_ros.training.datasets.lens import Lens
from hydranet_ros.training.datasets.listing import collect
from hydranet_ros.training.datasets.listing import Folders
from hydranet_ros.training.datasets.listing import take_split

MILLIMETRES = 1000.0
REPLICA_SPLITS = {'train': (0, 64), 'test': (65, 80)}
SEVEN_SCENES_LENS = Lens(526.0, width=640)


def open_replica(root: Path, split: str | None) -> FileDataSet:
    """Open PATH/rgb, PATH/depth (millimetres), PATH/nyu40 and PATH/meta.json of one room.

    Labels are NYUDv2's 40 classes, the focal length is intrinsics_here.fx of meta.json. split:
    train (frames 0-64), test (65-80: the same room) or a range 'A-B'.
    """
    path = root / 'meta.json'
    try:
        camera = json.loads(path.read_bytes())['intrinsics_here']
        lens = Lens(float(camera['fx']), int(camera['w']))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise HydranetError(
            f"cannot read the focal length, intrinsics_here.fx and .w, in '{path}': {error}."
        ) from error
    files = collect(root, Folders('rgb', 'nyu40', 'depth'), lens=lens)
    files = take_split(files, split, root, REPLICA_SPLITS)
    return FileDataSet('replica', files, Encoding(NYUDV2, units_per_metre=MILLIMETRES))


def open_seven_scenes(root: Path, split: str | None) -> FileDataSet:
    """Open PATH/rgb and PATH/depth_reg: millimetres, registered to the colour camera.

    split: a range of frames 'A-B'. The focal length is 526 pixels for images 640 wide.
    """
    files = collect(root, Folders('rgb', depth='depth_reg'), lens=SEVEN_SCENES_LENS)
    files = take_split(files, split, root, {})
    return FileDataSet('7scenes', files, Encoding(units_per_metre=MILLIMETRES))
