# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""A diagnosis as tables for a terminal or for Markdown."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence

from hydranet_ros.evaluation.diagnostics.box import Box
from hydranet_ros.evaluation.diagnostics.diagnosis import Diagnosis
from hydranet_ros.evaluation.diagnostics.diagnosis import ErrorAnalysis
from hydranet_ros.evaluation.diagnostics.diagnosis import ErrorShares
from hydranet_ros.evaluation.diagnostics.sensitivity import LEAST_IN_BIN
from hydranet_ros.evaluation.diagnostics.sensitivity import LEAST_INSTANCES
from hydranet_ros.evaluation.diagnostics.sensitivity import Score
from hydranet_ros.evaluation.diagnostics.sensitivity import ScoreByProperty
from hydranet_ros.evaluation.diagnostics.uncertainty_by_distance import ClassUncertainty
from hydranet_ros.evaluation.evaluation_table import evaluation_tables
from hydranet_ros.evaluation.markdown_table import markdown_table

_NO_CLASS = '(none of the data set)'
_FEW = 10


def diagnosis_tables(diagnosis: Diagnosis) -> str:
    """Render the standard metrics, uncertainty, kinds of error, sensitivity and notes."""
    parts = [evaluation_tables(diagnosis.evaluation).rstrip()]
    uncertainty, classes = diagnosis.uncertainty, diagnosis.classes
    for title, measure in (
        ('Relative entropy', uncertainty.relative_entropy),
        ('Relative probability', uncertainty.relative_probability),
    ):
        parts.append(
            f"**{title}** by distance to the boundary in pixels: the median of the instances' "
            'means'
        )
        parts.append(_uncertainty_table(classes, uncertainty.bins, measure))
    parts += _error_tables(diagnosis.errors)
    for one in diagnosis.sensitivity:
        if one.score == 'iou':
            parts.append(
                f'**IoU of instances by {one.property}**: mean ± standard error (instances)'
            )
            parts.append(_property_table(classes, one))
    parts.append(
        '**Sensitivity** (best bin less worst) and **impact** (best bin less all), averaged over '
        f'the classes of at least {LEAST_INSTANCES} instances, by bins of at least {LEAST_IN_BIN}'
    )
    parts.append(_sensitivity_table(diagnosis.sensitivity))
    parts.append('\n'.join(f'- {note}' for note in _notes(diagnosis)))
    return '\n\n'.join(parts) + '\n'


def _uncertainty_table(
    classes: Sequence[str], bins: Sequence[str], measure: Sequence[ClassUncertainty]
) -> str:
    rows = [[name, *map(_median, one.boxes)] for name, one in zip(classes, measure, strict=True)]
    return markdown_table(['class', *bins], rows)


def _error_tables(errors: ErrorAnalysis) -> Iterator[str]:
    yield f'**Why pixels are wrong**, in % of the wrong ones (localisation: {errors.radius:g} px)'
    rows = [_share_row('all', errors.overall, errors.kinds)]
    for one in errors.by_true_class:
        rows.append(_share_row(one.class_name or _NO_CLASS, one, errors.kinds))
    yield markdown_table(['true class', 'wrong pixels', *errors.kinds], rows)
    rows = [
        _share_row(one.class_name or _NO_CLASS, one, errors.kinds)
        for one in errors.by_predicted_class
    ]
    yield markdown_table(['predicted class', 'wrong pixels', *errors.kinds], rows)
    rows = [
        [one.true_class, one.predicted_class or _NO_CLASS, f'{100 * one.share:.1f}']
        for one in errors.mistakes
    ]
    yield markdown_table(['of class', 'said to be', '% of the wrong pixels'], rows)
    rows = [[one.kind, _two(one.miou), _two(one.gain)] for one in errors.oracles]
    yield markdown_table(['if all of this were mended', 'mIoU %', 'gain'], rows)


def _share_row(name: str, one: ErrorShares, kinds: Sequence[str]) -> list[str]:
    if one.shares is None:
        return [name, '0', *('-' for _ in kinds)]
    return [name, str(one.wrong_pixels), *(f'{100 * one.shares[kind]:.1f}' for kind in kinds)]


def _property_table(classes: Sequence[str], one: ScoreByProperty) -> str:
    rows = [
        [name, *map(_score, (effect.overall, *effect.bins))]
        for name, effect in zip(classes, one.classes, strict=True)
    ]
    return markdown_table(['class', 'all', *one.bins], rows)


def _sensitivity_table(effects: Sequence[ScoreByProperty]) -> str:
    rows = []
    for name in dict.fromkeys(one.property for one in effects):
        mine = [one for one in effects if one.property == name]
        cells = [name, str(mine[0].counted)]
        for one in mine:
            cells += [_three(one.sensitivity), _three(one.impact)]
        rows.append(cells)
    scores = dict.fromkeys(one.score for one in effects)
    header = [f'{score}: {what}' for score in scores for what in ('sensitivity', 'impact')]
    return markdown_table(['property', 'classes', *header], rows)


def _notes(diagnosis: Diagnosis) -> Iterator[str]:
    left = f' ({diagnosis.specks} smaller ones left out)' if diagnosis.specks else ''
    yield f'Instances: {diagnosis.objects}{left}.'
    yield f'Bins of distance: {diagnosis.uncertainty.source}.'
    if diagnosis.errors.groups:
        yield f'Groups of similar classes: {diagnosis.errors.groups}.'
    yield from diagnosis.notes


def _median(box: Box) -> str:
    few = f' ({box.points})' if 0 < box.points < _FEW else ''
    return _three(box.median) + few


def _score(score: Score) -> str:
    if score.mean is None:
        return '-'
    error = '' if score.standard_error is None else f' ± {score.standard_error:.2f}'
    return f'{score.mean:.2f}{error} ({score.instances})'


def _two(value: float | None) -> str:
    return '-' if value is None else f'{value:.2f}'


def _three(value: float | None) -> str:
    return '-' if value is None else f'{value:.3f}'
