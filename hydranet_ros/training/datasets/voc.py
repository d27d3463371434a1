# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Pascal VOC segmentation (Everingham et al. 2010): background and 20 classes."""

from pathlib import Path

from hydranet_ros.errors import HydranetError
from hydranet_ros.training.datasets.classes import VOC
from hydranet_ros.training.datasets.file_set import Encoding
from hydranet_ros.training.datasets.file_set import FileDataSet
from hydranet_ros.training.datasets.listing import collect
from hydranet_ros.training.datasets.listing import Folders
from hydranet_ros.training.datasets.listing import read_names
from hydranet_ros.training.datasets.listing import unknown_split

_LISTS = Path('ImageSets', 'Segmentation')
_FOLDERS = Folders('JPEGImages', 'SegmentationClass')


def open_voc(root: Path, split: str | None) -> FileDataSet:
    """Open PATH/ImageSets/Segmentation/SPLIT.txt, PATH/JPEGImages and PATH/SegmentationClass.

    split: train, val, trainval or any other list there; None: trainval. Labels are PNGs with or
    without a palette, 0 to 20, 255 (the outlines) is ignored. The focal length is not known.
    """
    known = sorted(path.stem for path in (root / _LISTS).glob('*.txt'))
    if not known:
        raise HydranetError(
            f"'{root}' holds no {_LISTS}/*.txt. Give the folder of one year, such as "
            'VOCdevkit/VOC2012.'
        )
    split = split or 'trainval'
    if split not in known:
        raise unknown_split(split, known, root)
    files = collect(root, _FOLDERS, read_names(root / _LISTS / f'{split}.txt'))
    return FileDataSet('voc', files, Encoding(VOC))
