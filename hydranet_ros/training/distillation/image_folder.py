# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""A folder of images that nothing is known of."""

from pathlib import Path

from hydranet_ros.errors import HydranetError
from hydranet_ros.sources.pictures import read_picture
from hydranet_ros.sources.pictures import SUFFIXES
from hydranet_ros.training.datasets.listing import by_stem
from hydranet_ros.training.datasets.sample import DataSet
from hydranet_ros.training.datasets.sample import Sample


class ImageFolder(DataSet):
    """Give the images that lie directly in a folder, in natural order, without annotations."""

    def __init__(self, folder: Path) -> None:
        files = by_stem(folder)
        self._files = [path for path in files.values() if path.suffix.lower() in SUFFIXES]
        if not self._files:
            raise HydranetError(f"'{folder}' holds no image. Give the folder of the images.")
        self.name, self.tasks, self.classes = 'images', frozenset(), ()
        self.names = [path.stem for path in self._files]

    def __getitem__(self, index: int) -> Sample:
        return Sample(self.names[index], read_picture(self._files[index]))
