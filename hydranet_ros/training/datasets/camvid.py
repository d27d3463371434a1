# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""CamVid at 480x360 with 11 classes: folders train, trainannot and so on, and lists of names."""

from pathlib import Path

from hydranet_ros.training.datasets.classes import CAMVID
from hydranet_ros.training.datasets.file_set import Encoding
from hydranet_ros.training.datasets.file_set import FileDataSet
from hydranet_ros.training.datasets.label_ids import LabelIds
from hydranet_ros.training.datasets.listing import collect
from hydranet_ros.training.datasets.listing import Folders
from hydranet_ros.training.datasets.listing import read_names
from hydranet_ros.training.datasets.listing import SampleFiles
from hydranet_ros.training.datasets.listing import unknown_split

SPLITS = ('train', 'val', 'test')
_VOID = 11


def open_camvid(root: Path, split: str | None) -> FileDataSet:
    """Open PATH/{train,val,test}.txt, PATH/train/NAME.jpg, PATH/trainannot/NAME.png and so on.

    split None: all three. Labels 0 to 10, 11 (void) is ignored; the focal length is not known.
    """
    if split is not None and split not in SPLITS:
        raise unknown_split(split, SPLITS, root)
    files: list[SampleFiles] = []
    for part in (split,) if split else SPLITS:
        names = read_names(root / f'{part}.txt')
        files += collect(root, Folders(part, f'{part}annot'), names)
    ids = LabelIds.plain(len(CAMVID), ignored=[_VOID])
    return FileDataSet('camvid', files, Encoding(CAMVID, ids))
