# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""A data set whose samples are files."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from hydranet_ros.deploy.normals import optical_axes
from hydranet_ros.errors import HydranetError
from hydranet_ros.sources.pictures import read_picture
from hydranet_ros.training.datasets.annotation_files import read_depth
from hydranet_ros.training.datasets.annotation_files import read_labels
from hydranet_ros.training.datasets.annotation_files import read_normals
from hydranet_ros.training.datasets.label_ids import LabelIds
from hydranet_ros.training.datasets.listing import SampleFiles
from hydranet_ros.training.datasets.sample import DataSet
from hydranet_ros.training.datasets.sample import Sample
from hydranet_ros.zoo.card_types import SemanticClass
from hydranet_ros.zoo.card_types import Task


@dataclass(frozen=True)
class Encoding:
    """Say what the files of a data set mean.

    units_per_metre: of 16-bit depth. normals_axes: the axes of the stored channels, as in a model
    card.
    """

    classes: tuple[SemanticClass, ...] = ()
    ids: LabelIds | None = None
    units_per_metre: float = 1.0
    normals_axes: str = 'x y z'


class FileDataSet(DataSet):
    """Read samples from their files; every access reads anew."""

    def __init__(self, name: str, files: Sequence[SampleFiles], encoding: Encoding) -> None:
        self.name = name
        self.names = [sample.name for sample in files]
        if repeated := [name for name, count in Counter(self.names).items() if count > 1]:
            raise HydranetError(
                f'the data set {name} names {len(repeated)} samples more than once, for example '
                f'{repeated[0]}. Correct its lists, or the names of its files.'
            )
        tasks = (
            (Task.SEMANTIC, any(sample.labels for sample in files)),
            (Task.DEPTH, any(sample.depth for sample in files)),
            (Task.NORMALS, any(sample.normals for sample in files)),
        )
        self.tasks = frozenset(task for task, annotated in tasks if annotated)
        self.classes = encoding.classes if Task.SEMANTIC in self.tasks else ()
        self._files = files
        self._encoding = encoding
        self._ids = encoding.ids or LabelIds.plain(len(encoding.classes))
        self._axes = optical_axes(encoding.normals_axes)

    def __getitem__(self, index: int) -> Sample:
        files, encoding = self._files[index], self._encoding
        sample = Sample(files.name, read_picture(files.rgb))
        height, width = sample.rgb.shape[:2]
        if files.labels:
            sample.labels = read_labels(files.labels, self._ids, (height, width))
            sample.weights[Task.SEMANTIC] = 1.0
        if files.depth:
            sample.depth = read_depth(files.depth, encoding.units_per_metre, (height, width))
            sample.weights[Task.DEPTH] = 1.0
        if files.normals:
            sample.normals = read_normals(files.normals, *self._axes, (height, width))
            sample.weights[Task.NORMALS] = 1.0
        if files.lens:
            sample.fx = files.lens.at(width)
        return sample
