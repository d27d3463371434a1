# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""A plain folder: rgb/, labels/, depth/ and normals/, any of the last three missing."""

from pathlib import Path

from hydranet_ros.errors import HydranetError
from hydranet_ros.training.datasets.classes import BY_DATA_SET
from hydranet_ros.training.datasets.file_set import Encoding
from hydranet_ros.training.datasets.file_set import FileDataSet
from hydranet_ros.training.datasets.folder_description import FolderDescription
from hydranet_ros.training.datasets.folder_description import read_description
from hydranet_ros.training.datasets.label_ids import LabelIds
from hydranet_ros.training.datasets.listing import collect
from hydranet_ros.training.datasets.listing import Folders
from hydranet_ros.training.datasets.listing import read_names
from hydranet_ros.training.datasets.listing import SampleFiles
from hydranet_ros.training.datasets.listing import take_split
from hydranet_ros.zoo.card import load_card
from hydranet_ros.zoo.card_types import SemanticClass


def open_folder(root: Path, split: str | None) -> FileDataSet:
    """Open PATH/rgb with PATH/labels, PATH/depth and PATH/normals, matched by their stems.

    Images directly in PATH do where there is no rgb. PATH/dataset.yaml describes the files
    (FolderDescription). split: PATH/SPLIT/ with such folders, PATH/SPLIT.txt with names, or a
    range of frames 'A-B'; dataset.yaml is that of PATH in all cases.
    """
    description = read_description(root)
    if split is not None and (root / split).is_dir():
        place, names, frames = root / split, None, None
    elif split is not None and (root / f'{split}.txt').is_file():
        place, names, frames = root, read_names(root / f'{split}.txt'), None
    else:
        place, names, frames = root, None, split
    folders = _folders(place)
    encoding = _encoding(root, description, folders)
    files: list[SampleFiles] = collect(
        place, folders, names, lens=description.lens(root), partial=description.partial
    )
    return FileDataSet('folder', take_split(files, frames, root, {}), encoding)


def _folders(root: Path) -> Folders:
    labels, depth, normals = (
        kind if (root / kind).is_dir() else None for kind in ('labels', 'depth', 'normals')
    )
    return Folders('rgb' if (root / 'rgb').is_dir() else '.', labels, depth, normals)


def _encoding(root: Path, description: FolderDescription, folders: Folders) -> Encoding:
    classes = _classes(description)
    if folders.labels and not classes:
        raise HydranetError(
            f"'{root}' has labels, but no classes. Write them into '{root / 'dataset.yaml'}', "
            'for example `classes: [{name: road, color: [128, 64, 128]}]` or `classes_of: camvid`.'
        )
    if folders.depth and description.depth_scale is None:
        raise HydranetError(
            f"'{root}' has depth, but does not say in which unit. Write `depth_scale: 1000` "
            f"(stored value of one metre) into '{root / 'dataset.yaml'}'."
        )
    ids = LabelIds.plain(len(classes), description.ignored)
    scale = description.depth_scale or 1.0
    return Encoding(classes, ids, scale, description.normals_axes)


def _classes(description: FolderDescription) -> tuple[SemanticClass, ...]:
    if description.classes_of is None:
        return description.classes
    known = BY_DATA_SET.get(description.classes_of)
    return known or load_card(description.classes_of).classes
