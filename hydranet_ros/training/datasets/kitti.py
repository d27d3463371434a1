# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""KITTI's left colour camera with sparse depth, 16-bit PNG of metres x 256 (Uhrig et al. 2017)."""

from pathlib import Path

from hydranet_ros.errors import HydranetError
from hydranet_ros.training.datasets.file_set import Encoding
from hydranet_ros.training.datasets.file_set import FileDataSet
from hydranet_ros.training.datasets.kitti_calibration import read_fx
from hydranet_ros.training.datasets.listing import collect
from hydranet_ros.training.datasets.listing import Folders
from hydranet_ros.training.datasets.listing import frame_range
from hydranet_ros.training.datasets.listing import take

UNITS_PER_METRE = 256.0
# A sequence of 78 consecutive frames has no official split: its end is kept for the test.
_SEQUENCE_FRAMES = 78
_SEQUENCE_SPLITS = {'train': (0, 59), 'test': (60, 77)}
_SEQUENCE = Folders('image_02', depth='depth_velo')


def open_kitti(root: Path, split: str | None) -> FileDataSet:
    """Open PATH/image_02 and PATH/depth_velo; split 'A-B' gives the frames from A to B.

    'train' and 'test' are 0-59 and 60-77 of the sequence of 78 frames. The focal length is that
    of a calib*.txt in PATH or in the folder above it (P2 or P_rect_02), None without one.
    """
    files = collect(root, _SEQUENCE)
    if split is not None:
        frames = frame_range(split)
        if frames is None and len(files) == _SEQUENCE_FRAMES:
            frames = _SEQUENCE_SPLITS.get(split)
        if frames is None:
            raise HydranetError(
                f"'{root}' ({len(files)} frames) has no split '{split}'. Give a range of frames "
                f'such as 0-{len(files) - 1}.'
            )
        files = take(files, frames, root)
    encoding = Encoding(units_per_metre=UNITS_PER_METRE, fx=read_fx(root))
    return FileDataSet('kitti', files, encoding)
