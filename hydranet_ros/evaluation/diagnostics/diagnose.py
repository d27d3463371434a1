# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Run a model over a data set, and tell where it fails and why. Needs no torch."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from hydranet_ros.errors import FrameError
from hydranet_ros.errors import HydranetError
from hydranet_ros.evaluation.diagnostics.boundaries import distance_to_boundary
from hydranet_ros.evaluation.diagnostics.class_groups import ClassGroups
from hydranet_ros.evaluation.diagnostics.class_groups import groups_of
from hydranet_ros.evaluation.diagnostics.class_groups import read_groups
from hydranet_ros.evaluation.diagnostics.diagnosis import Diagnosis
from hydranet_ros.evaluation.diagnostics.diagnosis import ErrorAnalysis
from hydranet_ros.evaluation.diagnostics.diagnosis_options import DiagnosisOptions
from hydranet_ros.evaluation.diagnostics.distance_bins import bins_of
from hydranet_ros.evaluation.diagnostics.distance_bins import DistanceBins
from hydranet_ros.evaluation.diagnostics.error_kinds import CORRECT
from hydranet_ros.evaluation.diagnostics.error_kinds import ErrorKind
from hydranet_ros.evaluation.diagnostics.error_kinds import ErrorKinds
from hydranet_ros.evaluation.diagnostics.instance_maps import InstanceReader
from hydranet_ros.evaluation.diagnostics.instance_rows import InstanceRows
from hydranet_ros.evaluation.diagnostics.instance_rows import measure_instances
from hydranet_ros.evaluation.diagnostics.logits import camera_logits
from hydranet_ros.evaluation.diagnostics.logits import check_gives_logits
from hydranet_ros.evaluation.diagnostics.pixel_maps import PixelMaps
from hydranet_ros.evaluation.diagnostics.sensitivity import sensitivities
from hydranet_ros.evaluation.diagnostics.uncertainty import relative_entropy
from hydranet_ros.evaluation.diagnostics.uncertainty import relative_probability
from hydranet_ros.evaluation.diagnostics.uncertainty_by_distance import DistanceSums
from hydranet_ros.evaluation.diagnostics.uncertainty_by_distance import UncertaintyByDistance
from hydranet_ros.evaluation.diagnostics.worst_images import WorstImage
from hydranet_ros.evaluation.diagnostics.worst_images import WorstImages
from hydranet_ros.evaluation.evaluation_data import EvaluationData
from hydranet_ros.evaluation.run_record import RunRecord
from hydranet_ros.evaluation.size_groups import by_size
from hydranet_ros.evaluation.size_groups import padded
from hydranet_ros.evaluation.size_groups import Size
from hydranet_ros.evaluation.task_evaluators import Lens
from hydranet_ros.evaluation.task_evaluators import SemanticEvaluator
from hydranet_ros.perception import Perception
from hydranet_ros.training.datasets.sample import Sample
from hydranet_ros.zoo.card_types import Task


def diagnose(
    perception: Perception,
    data: EvaluationData,
    options: DiagnosisOptions | None = None,
    after_image: Callable[[], object] = lambda: None,
) -> tuple[Diagnosis, list[WorstImage]]:
    """Diagnose a model on every labelled image of a data set; return its worst images as well.

    HydranetError where the model has no classes, the set has no labels, they have no class in
    common, the backend gives no logits, or an option does not fit.
    """
    return _Diagnosing(perception, data, options or DiagnosisOptions()).run(after_image)


class _Diagnosing:
    """What is gathered image by image."""

    def __init__(
        self, perception: Perception, data: EvaluationData, options: DiagnosisOptions
    ) -> None:
        check_gives_logits(perception)
        if not len(data.dataset):
            raise HydranetError(f'{data.title} has no image; give another --data or --split.')
        if Task.SEMANTIC not in data.dataset.tasks:
            annotated = ' and '.join(sorted(task.value for task in data.dataset.tasks))
            raise HydranetError(
                f'{data.title} annotates {annotated or "nothing"} and no classes, which the '
                'diagnostics are of. Give a data set with labels (docs/data.md).'
            )
        self._perception, self._data, self._options = perception, data, options
        self._semantic = SemanticEvaluator(perception.classes, data.dataset.classes)
        self._names = self._semantic.mapping.names
        self._groups = self._read_groups()
        own = bins_of(data.dataset.name, self._first_size())
        least = own.ends[0] ** 2 if options.least_area is None else options.least_area
        self._objects = InstanceReader(data, self._names, least)
        self._bins = own if options.bins is None else DistanceBins(options.bins, 'as given')
        radius = float(own.ends[0]) if options.radius is None else options.radius
        self._errors = ErrorKinds(self._names, self._groups, radius)
        self._sums = DistanceSums(len(self._names), len(self._bins))
        self._rows: list[InstanceRows] = []
        self._worst = WorstImages(options.pictures)

    def run(self, after_image: Callable[[], object]) -> tuple[Diagnosis, list[WorstImage]]:
        record = RunRecord(self._perception, self._data, self._options.pad_to)
        for sample, size in by_size(self._data.dataset, self._options.pad_to):
            if sample.labels is not None:
                self._add(sample, size)
                record.add(size)
            after_image()
        evaluation = record.result(semantic=self._semantic.result())
        confusion, count = self._semantic.confusion, len(self._names)
        if not confusion.state.any():
            raise HydranetError(
                f'{self._data.title} has no labelled pixel of the classes to compare '
                f'({", ".join(self._names)}), so there is nothing to diagnose. Give another split '
                'or data set.'
            )
        rows = InstanceRows.joined(self._rows)
        instances = np.bincount(rows.classes, minlength=count)
        diagnosis = Diagnosis(
            evaluation=evaluation,
            classes=self._names,
            objects=self._objects.source,
            specks=self._objects.specks,
            instances=tuple(int(one) for one in instances),
            uncertainty=UncertaintyByDistance.of(rows, self._sums, self._bins),
            errors=ErrorAnalysis.of(self._errors, confusion, self._names, self._groups.source),
            sensitivity=sensitivities(rows, count),
            notes=self._notes(),
        )
        return diagnosis, self._worst.ranked()

    def _add(self, sample: Sample, size: Size) -> None:
        height, width = sample.rgb.shape[:2]
        try:
            logits = camera_logits(self._perception, padded(sample.rgb, size))
        except FrameError as error:
            raise FrameError(f'{sample.name}: {error}') from error
        logits = logits[:, :height, :width]
        labels = logits.argmax(0).astype(np.uint8)
        self._semantic.add(labels, sample, Lens(None, 1.0))
        mapping = self._semantic.mapping
        predicted, truth = mapping.predicted[labels], mapping.true[sample.labels]
        maps = PixelMaps(
            predicted=predicted,
            truth=truth,
            bins=self._bins.place(distance_to_boundary(truth)),
            bin_count=len(self._bins),
            entropy=relative_entropy(logits),
            probability=relative_probability(logits),
        )
        instances = self._objects.read(sample.name, truth)
        self._rows.append(measure_instances(instances, maps, self._errors.radius))
        self._sums.add(maps)
        kinds = self._errors.add(predicted, truth)
        if self._worst.wants(int(np.count_nonzero(kinds < CORRECT))):
            self._worst.offer(WorstImage.of(sample, maps, kinds))

    def _read_groups(self) -> ClassGroups:
        if self._options.groups is None:
            return groups_of(self._data.dataset.classes)
        known = [one.name for one in (*self._data.dataset.classes, *self._perception.classes)]
        return read_groups(self._options.groups, list(dict.fromkeys(known)))

    def _first_size(self) -> Size:
        height, width = self._data.dataset[0].rgb.shape[:2]
        return height, width

    def _notes(self) -> tuple[str, ...]:
        notes = []
        kinds = self._errors.kinds
        if ErrorKind.SIMILAR not in kinds:
            notes.append(
                'Errors of the kind `similar` are left out, as no two of the compared classes are '
                f'said to be similar{_asked(self._options.groups)}; they count as `other`.'
            )
        if ErrorKind.BACKGROUND not in kinds:
            notes.append(
                'Errors of the kind `background` are left out, as none of the compared classes is '
                'said to be the background.'
            )
        return tuple(notes)


def _asked(file: Path | None) -> str:
    return '; --groups FILE says so' if file is None else f' in {file}'
