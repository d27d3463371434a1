# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""A data set with a teacher's labels where it has none of its own."""

from dataclasses import dataclass
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
from hydranet_ros.training.recipe_fields import Reader
from hydranet_ros.zoo.card_types import SemanticClass
from hydranet_ros.zoo.card_types import Task

PROVENANCE = 'provenance.json'
FOCAL_LENGTH = 'teacher_focal_length_px'
UNITS_PER_METRE = 256.0


class AnnotatedSet(DataSet):
    """Add stored labels and depth to the samples of another set that lacks them."""

    def __init__(
        self, base: DataSet, folder: Path, *, weight: float, min_confidence: float
    ) -> None:
        self._base, self._weight = base, weight
        self._labels = {} if Task.SEMANTIC in base.tasks else _files(folder, 'labels', base)
        self._depth = {} if Task.DEPTH in base.tasks else _files(folder, 'depth', base)
        self._confidence: dict[str, Path] = {}
        self._least = int(np.ceil(min_confidence * 255))
        added = {Task.SEMANTIC: self._labels, Task.DEPTH: self._depth}
        self.name, self.names = base.name, base.names
        self.tasks = base.tasks | {task for task, files in added.items() if files}
        if self.tasks == base.tasks:
            raise HydranetError(
                f"'{folder}' adds nothing to the data set {self.name}, which has "
                f'{", ".join(sorted(self.tasks)) or "no annotation"} of its own. Give the folder '
                'that `hydranet train --label` wrote for what it lacks.'
            )
        provenance = _read_provenance(folder)
        self.classes = provenance.classes if self._labels else base.classes
        self._ids = LabelIds.plain(len(self.classes))
        self._focal_length_px = provenance.focal_length_px
        if self._depth and provenance.knows_camera != (base[0].fx is not None):
            raise HydranetError(
                f"the depth in '{folder}' was made "
                f'{"with" if provenance.knows_camera else "without"} a focal length, but the '
                f'images of {self.name} come {"without" if provenance.knows_camera else "with"} '
                'one, so its metres are of another camera. Label the images again.'
            )
        if self._least and not self._labels:
            raise HydranetError(
                f"'{folder}' adds depth alone to {self.name}, and confidences are of labels. "
                'Leave min_confidence at 0.'
            )
        if self._least:
            self._confidence = _files(folder, 'confidence', base, optional=False)

    def __getitem__(self, index: int) -> Sample:
        sample = self._base[index]
        size = (sample.rgb.shape[0], sample.rgb.shape[1])
        if self._labels:
            sample.labels = read_labels(self._labels[sample.name], self._ids, size)
            sample.weights[Task.SEMANTIC] = self._weight
            if self._least:
                confidence = read_grey(self._confidence[sample.name], size)
                sample.labels[confidence < self._least] = IGNORE
        if self._depth:
            sample.depth = read_depth(self._depth[sample.name], UNITS_PER_METRE, size)
            sample.weights[Task.DEPTH] = self._weight
            if sample.fx is None:
                sample.fx = self._focal_length_px
        return sample


def with_annotations(
    dataset: DataSet, folder: Path, *, weight: float, min_confidence: float
) -> DataSet:
    """Add a teacher's labels/NAME.png and depth/NAME.png (metres x 256) from a folder.

    Only a modality that the data set has not is added, with `weight`. Labels whose confidence
    (confidence/NAME.png, 255 = 1) is below `min_confidence` (0 to 1) become 255. Images of an
    unknown focal length get that of the teacher, whose metres their depth is in. HydranetError
    for a missing file, and where the folder adds nothing.
    """
    if not folder.is_dir():
        raise HydranetError(
            f"there is no folder '{folder}' of labels. Make it with `hydranet train --label`."
        )
    return AnnotatedSet(dataset, folder, weight=weight, min_confidence=min_confidence)


@dataclass(frozen=True)
class _Provenance:
    """What provenance.json says: the labels' classes, and whose metres the depth is in.

    knows_camera: those of the images' own camera; else of one of `focal_length_px`, the teacher's.
    """

    classes: tuple[SemanticClass, ...]
    knows_camera: bool
    focal_length_px: float | None


def _read_provenance(folder: Path) -> _Provenance:
    path = folder / PROVENANCE
    try:
        content = json.loads(path.read_text(encoding='utf-8'))
        classes = Reader(path).read(tuple[SemanticClass, ...], content['classes'], 'classes')
        knows_camera = (content.get('depth') or {}).get('fx') is not None
        focal_length_px = content.get(FOCAL_LENGTH)
        return _Provenance(
            classes, knows_camera, None if focal_length_px is None else float(focal_length_px)
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise HydranetError(
            f"'{path}' does not tell what the labels are ({type(error).__name__}: {error}). "
            'Label the images again with `hydranet train --label`.'
        ) from error


def _files(folder: Path, kind: str, base: DataSet, optional: bool = True) -> dict[str, Path]:
    """List the files of a kind, one a sample; none where there is no such folder."""
    if optional and not (folder / kind).is_dir():
        return {}
    files = by_stem(folder / kind)
    all_there(base.names, files, folder / kind)
    return files
