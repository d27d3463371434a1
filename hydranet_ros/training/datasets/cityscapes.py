# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Cityscapes (Cordts et al. 2016): leftImg8bit and gtFine, 19 classes."""

import json
from pathlib import Path

from hydranet_ros.errors import HydranetError
from hydranet_ros.training.datasets.classes import CITYSCAPES
from hydranet_ros.training.datasets.file_set import Encoding
from hydranet_ros.training.datasets.file_set import FileDataSet
from hydranet_ros.training.datasets.label_ids import LabelIds
from hydranet_ros.training.datasets.lens import Lens
from hydranet_ros.training.datasets.listing import all_there
from hydranet_ros.training.datasets.listing import SampleFiles
from hydranet_ros.training.datasets.listing import unknown_split
from hydranet_ros.training.datasets.sample import IGNORE

SPLITS = ('train', 'val', 'test')
_LABEL_IDS = 34  # 0 to 33; the licence plate, -1, is stored as 255
_EVALUATED = (7, 8, 11, 12, 13, 17, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 31, 32, 33)
_FROM_LABEL_IDS = LabelIds.of(
    dict.fromkeys(range(_LABEL_IDS), IGNORE) | {stored: i for i, stored in enumerate(_EVALUATED)}
)
_FROM_TRAIN_IDS = LabelIds.plain(len(CITYSCAPES))


def open_cityscapes(root: Path, split: str | None) -> FileDataSet:
    """Open PATH/leftImg8bit/SPLIT/CITY/*_leftImg8bit.png and PATH/gtFine/SPLIT/CITY/*.png.

    Labels are *_gtFine_labelIds.png, or *_gtFine_labelTrainIds.png where the set has only these.
    split: train, val or test (whose labels are all ignored), None: train and val. The focal
    length is that of PATH/camera/SPLIT/CITY/*_camera.json, None without that folder.
    """
    if split is not None and split not in SPLITS:
        raise unknown_split(split, SPLITS, root)
    parts = (split,) if split else SPLITS[:2]
    images = [path for part in parts for path in _find(root / 'leftImg8bit' / part, 'leftImg8bit')]
    labels = [path for part in parts for path in _find(root / 'gtFine' / part, 'labelIds')]
    ids, ending = _FROM_LABEL_IDS, 'labelIds'
    if not labels:
        labels = [p for part in parts for p in _find(root / 'gtFine' / part, 'labelTrainIds')]
        ids, ending = (_FROM_TRAIN_IDS, 'labelTrainIds') if labels else (ids, ending)
    if not images:
        raise HydranetError(
            f"'{root}' holds no leftImg8bit/{parts[0]}/CITY/*_leftImg8bit.png. Give the folder "
            'that leftImg8bit and gtFine are in.'
        )
    by_name = {path.name.removesuffix(f'_gtFine_{ending}.png'): path for path in labels}
    names = [path.name.removesuffix('_leftImg8bit.png') for path in images]
    all_there(names, by_name, root / 'gtFine', f'*_gtFine_{ending}.png')
    files = [
        SampleFiles(name, image, by_name[name], lens=_lens(root, image, name))
        for name, image in zip(names, images, strict=True)
    ]
    return FileDataSet('cityscapes', files, Encoding(CITYSCAPES, ids))


def _find(folder: Path, ending: str) -> list[Path]:
    return sorted(folder.glob(f'*/*_{ending}.png'))


def _lens(root: Path, image: Path, name: str) -> Lens | None:
    path = root / 'camera' / image.parent.parent.name / image.parent.name / f'{name}_camera.json'
    if not (root / 'camera').is_dir():
        return None
    try:
        return Lens(float(json.loads(path.read_bytes())['intrinsic']['fx']))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise HydranetError(
            f"cannot read the focal length, intrinsic.fx, in '{path}': {error}. Replace the file, "
            "or take the folder 'camera' away (the focal length is then unknown)."
        ) from error
