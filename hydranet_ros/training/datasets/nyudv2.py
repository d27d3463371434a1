# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""NYUDv2 (Silberman et al. 2012) as image files: 40 classes, depth and, where present, normals."""

from pathlib import Path

from hydranet_ros.errors import HydranetError
from hydranet_ros.training.datasets.classes import NYUDV2
from hydranet_ros.training.datasets.file_set import Encoding
from hydranet_ros.training.datasets.file_set import FileDataSet
from hydranet_ros.training.datasets.lens import Lens
from hydranet_ros.training.datasets.listing import name_of
from hydranet_ros.training.datasets.listing import read_rows
from hydranet_ros.training.datasets.listing import SampleFiles

SPLITS = ('train', 'test')
ENCODING = Encoding(NYUDV2, units_per_metre=5000.0, normals_axes='x z y')
# The colour camera of the toolbox that comes with the set; a crop has the same focal length.
LENS = Lens(518.857901)
_FOLDERS = ('rgb', 'masks', 'depth', 'normals')


def open_nyudv2(root: Path, split: str | None) -> FileDataSet:
    """Open the rows of PATH/train.txt or PATH/test.txt; split None: both.

    A row names the files of rgb, labels, depth and normals, below PATH, separated by white space;
    the last ones may be missing. A row of one word is a name: rgb/NAME.png, masks/NAME.png,
    depth/NAME.png and, where the folder is there, normals/NAME.png. Labels are 0 to 39 and 255,
    depth is metres x 5000, normals are 255 (n + 1) / 2 of x, z and y. The focal length is that of
    the images at 640x480 and of crops of them: they must not have been resized.
    """
    files: list[SampleFiles] = []
    for part in (split,) if split else SPLITS:
        table = root / f'{part}.txt'
        rows = [_files(root, words) for words in read_rows(table)]
        missing = [path for row in rows for path in row if not path.is_file()]
        if missing:
            raise HydranetError(
                f"'{table}' names {len(missing)} files that are not there, the first is "
                f"'{missing[0]}'. Add them, or take their rows out."
            )
        for rgb, *annotations in rows:
            labels, depth, normals = (*annotations, None, None, None)[:3]
            files.append(SampleFiles(name_of(rgb.name), rgb, labels, depth, normals, LENS))
    return FileDataSet('nyudv2', files, ENCODING)


def _files(root: Path, words: list[str]) -> list[Path]:
    if len(words) > 1:
        return [root / word for word in words[: len(_FOLDERS)]]
    present = [folder for folder in _FOLDERS if folder != 'normals' or (root / folder).is_dir()]
    return [root / folder / f'{name_of(words[0])}.png' for folder in present]
