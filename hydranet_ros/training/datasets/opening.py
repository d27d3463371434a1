# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""From what the user typed, such as camvid:PATH, to a data set."""

from collections.abc import Callable
from difflib import get_close_matches
import os
from pathlib import Path

from hydranet_ros.errors import HydranetError
from hydranet_ros.training.datasets.camvid import open_camvid
from hydranet_ros.training.datasets.cityscapes import open_cityscapes
from hydranet_ros.training.datasets.folder import open_folder
from hydranet_ros.training.datasets.kitti import open_kitti
from hydranet_ros.training.datasets.nyudv2 import open_nyudv2
from hydranet_ros.training.datasets.rooms import open_replica
from hydranet_ros.training.datasets.rooms import open_seven_scenes
from hydranet_ros.training.datasets.sample import DataSet
from hydranet_ros.training.datasets.street import open_street
from hydranet_ros.training.datasets.voc import open_voc

STREET = 'street'
READERS: dict[str, Callable[[Path, str | None], DataSet]] = {
    'camvid': open_camvid,
    'kitti': open_kitti,
    'nyudv2': open_nyudv2,
    'cityscapes': open_cityscapes,
    'voc': open_voc,
    'folder': open_folder,
    'replica': open_replica,
    '7scenes': open_seven_scenes,
}


def open_dataset(spec: str, *, split: str | None = None, root: Path | None = None) -> DataSet:
    """Open 'camvid:PATH', 'kitti:PATH' ... or 'street[:COUNT[xSEED]]'; reads no image yet.

    split: a name that the data set has, or a range of frames 'A-B' (both included) where it is a
    sequence; None = all. root: where a relative PATH begins, None = the working directory.
    HydranetError says what is wrong with the spec or which files are missing.
    """
    kind, _, text = spec.partition(':')
    if kind == STREET:
        return open_street(text, split)
    if kind not in READERS:
        near = get_close_matches(kind, [*READERS, STREET], 1)
        advice = f"did you mean '{near[0]}'?" if near else 'choose one of:'
        kinds = ', '.join(f'{name}:PATH' for name in READERS)
        raise HydranetError(
            f"'{spec}' names no data set; {advice} {kinds}, {STREET}[:COUNT[xSEED]]."
        )
    if not text:
        raise HydranetError(f"'{spec}' lacks the folder: {kind}:PATH.")
    path = (root or Path()) / os.path.expanduser(text)
    if not path.is_dir():
        raise HydranetError(f"there is no folder '{path}' (of the data set {spec}).")
    return READERS[kind](path, split)
