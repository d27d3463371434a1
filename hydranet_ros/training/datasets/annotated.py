# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""A data set with a teacher's labels where it has none of its own."""

import json
from pathlib import Path

import numpy as np

from hydranet_ros.errors import HydranetError
from hydranet_ros.training.datasets.annotation_files import read_depth
from hydranet_ros.training.datasets.annotation_files import read_grey
from hydranet_ros.training.datasets.annotation_files import read_labels
from hydranet_ros.training.datasets.label_ids import LabelIds
from hydranet_ros.training.datasets.listing import all_there
from hydranet_ros.training.datasets.listing import by_stem
from hydranet_ros.training.datasets.sample import DataSet
from hydranet_ros.training.datasets.sample import IGNORE
from hydranet_ros.training.datasets.sample import Sample
from hydranet_ros.zoo.card_types import SemanticClass
from hydranet_ros.zoo.card_types import Task

PROVENANCE = 'provenance.json'
UNITS_PER_METRE = 256.0


class AnnotatedSet(DataSet):
    """Add stored labels and depth to the samples of another set that lack them."""

    def __init__(
        self, base: DataSet, folder: Path, *, weight: float, min_confidence: float
    ) -> None:
        self._labels, self._depth, self._confidence = (
            by_stem(folder / kind) if (folder / kind).is_dir() else {}
            for kind in ('labels', 'depth', 'confidence')
        )
        self._base, self._weight = base, weight
        self._least = int(np.ceil(min_confidence * 255))
        if Task.SEMANTIC in base.tasks:
            self._labels = {}
        if Task.DEPTH in base.tasks:
            self._depth = {}
        added = {Task.SEMANTIC: self._labels, Task.DEPTH: self._depth}
        self.name, self.names = base.name, base.names
        self.tasks = base.tasks | {task for task, files in added.items() if files}
        self.classes = read_classes(folder) if self._labels else base.classes
        self._ids = LabelIds.plain(len(self.classes))
        self._check(folder)

    def __getitem__(self, index: int) -> Sample:
        sample = self._base[index]
        size = (sample.rgb.shape[0], sample.rgb.shape[1])
        unsure = None
        if self._least:
            unsure = read_grey(self._confidence[sample.name], size) < self._least
        if self._labels:
            sample.labels = read_labels(self._labels[sample.name], self._ids, size)
            sample.weights[Task.SEMANTIC] = self._weight
            if unsure is not None:
                sample.labels[unsure] = IGNORE
        if self._depth:
            sample.depth = read_depth(self._depth[sample.name], UNITS_PER_METRE, size)
            sample.weights[Task.DEPTH] = self._weight
            if unsure is not None:
                sample.depth[unsure] = np.nan
        return sample

    def _check(self, folder: Path) -> None:
        if not self._labels and not self._depth:
            raise HydranetError(
                f"'{folder}' adds nothing to the data set {self.name}, which has "
                f'{", ".join(sorted(self.tasks)) or "no annotation"} of its own. Give the folder '
                'that `hydranet train --label` wrote for what it lacks.'
            )
        for kind, files in (('labels', self._labels), ('depth', self._depth)):
            if files:
                all_there(self.names, files, folder / kind)
        if self._least:
            all_there(self.names, self._confidence, folder / 'confidence')


def with_annotations(
    dataset: DataSet, folder: Path, *, weight: float, min_confidence: float
) -> DataSet:
    """Add a teacher's labels/NAME.png and depth/NAME.png (metres x 256) from a folder.

    Only a modality that the data set has not is added, with `weight`. What has a confidence
    (confidence/NAME.png, 255 = 1) below `min_confidence` (0 to 1) becomes 255 or NaN.
    HydranetError for a missing file, and where the folder adds nothing.
    """
    if not folder.is_dir():
        raise HydranetError(
            f"there is no folder '{folder}' of labels. Make it with `hydranet train --label`."
        )
    if not 0 <= min_confidence <= 1 or not weight > 0:
        raise HydranetError(
            f'annotations of {folder}: min_confidence {min_confidence} must lie in 0 to 1, and '
            f'weight {weight} above 0.'
        )
    return AnnotatedSet(dataset, folder, weight=weight, min_confidence=min_confidence)


def read_classes(folder: Path) -> tuple[SemanticClass, ...]:
    """Read the classes of the stored labels from provenance.json: classes: [{name, color}]."""
    path = folder / PROVENANCE
    try:
        content = json.loads(path.read_text(encoding='utf-8'))
        colours = [
            (str(item['name']), [int(v) for v in item['color']]) for item in content['classes']
        ]
        return tuple(SemanticClass(name, (r, g, b)) for name, (r, g, b) in colours)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise HydranetError(
            f"'{path}' does not tell the classes of the labels ({type(error).__name__}: {error}). "
            'Label the images again with `hydranet train --label`.'
        ) from error
