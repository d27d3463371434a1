# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""KITTI's left colour camera with sparse depth, 16-bit PNG of metres x 256 (Uhrig et al. 2017)."""

from pathlib import Path

from hydranet_ros.errors import HydranetError
from hydranet_ros.training.datasets.file_set import Encoding
from hydranet_ros.training.datasets.file_set import FileDataSet
from hydranet_ros.training.datasets.kitti_calibration import read_lens
from hydranet_ros.training.datasets.listing import by_stem
from hydranet_ros.training.datasets.listing import collect
from hydranet_ros.training.datasets.listing import Folders
from hydranet_ros.training.datasets.listing import SampleFiles
from hydranet_ros.training.datasets.listing import take_split
from hydranet_ros.training.datasets.listing import unknown_split

ENCODING = Encoding(units_per_metre=256.0)
SPLITS = ('train', 'val')
# A sequence of 78 consecutive frames has no official split: its end is kept for the test.
_SEQUENCE_FRAMES = 78
_SEQUENCE_SPLITS = {'train': (0, 59), 'test': (60, 77)}
_SEQUENCE = Folders('image_02', depth='depth_velo')
_DRIVE_RGB = Path('image_02', 'data')
_DRIVE_DEPTH = Path('proj_depth', 'groundtruth', 'image_02')
_DATE = len('2011_09_26')


def open_kitti(root: Path, split: str | None) -> FileDataSet:
    """Open one sequence, PATH/image_02 and PATH/depth_velo, or the official layout of drives.

    One sequence: split 'A-B' gives the frames from A to B; 'train' and 'test' are 0-59 and 60-77
    of a sequence of 78 frames. Official: PATH/{train,val}/DRIVE/proj_depth/groundtruth/image_02,
    with the images in PATH/DATE/DRIVE/image_02/data or beside the depth; split is train, val or
    None for both, and a frame without depth is left out. The focal length is that of a calib*.txt
    (P2 or P_rect_02) beside or above the images' folder, None without one.
    """
    if (root / _SEQUENCE.rgb).is_dir():
        files = collect(root, _SEQUENCE, lens=read_lens(root))
        named = _SEQUENCE_SPLITS if len(files) == _SEQUENCE_FRAMES else {}
        return FileDataSet('kitti', take_split(files, split, root, named), ENCODING)
    if split is not None and split not in SPLITS:
        raise unknown_split(split, SPLITS, root)
    parts = (split,) if split else SPLITS
    drives = [
        depth
        for part in parts
        for depth in sorted((root / part).glob(f'*_drive_*_sync/{_DRIVE_DEPTH.as_posix()}'))
    ]
    if not drives:
        raise HydranetError(
            f"'{root}' holds neither image_02 and depth_velo nor "
            f'{parts[0]}/*_drive_*_sync/{_DRIVE_DEPTH.as_posix()}. Give the folder of one '
            'sequence, or the one that the depth annotations were unpacked in.'
        )
    return FileDataSet(
        'kitti', [file for depth in drives for file in _drive(root, depth)], ENCODING
    )


def _drive(root: Path, depth: Path) -> list[SampleFiles]:
    drive = depth.parents[len(_DRIVE_DEPTH.parts) - 1]
    beside = (drive / _DRIVE_RGB).is_dir()
    images = drive if beside else root / drive.name[:_DATE] / drive.name
    files = collect(
        root,
        Folders(str(images / _DRIVE_RGB), depth=str(depth)),
        list(by_stem(depth)),
        lens=read_lens(images),
    )
    return [
        SampleFiles(f'{drive.name}_{f.name}', f.rgb, depth=f.depth, lens=f.lens) for f in files
    ]
