# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""How recall and IoU of instances depend on their size, aspect ratio and truncation.

Percentiles as Hoiem, Chodpathumwan, Dai, Diagnosing Error in Object Detectors (ECCV 2012).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hydranet_ros.evaluation.diagnostics.instance_rows import InstanceRows

LEAST_INSTANCES = 50  # of a class, for its sensitivity and impact
LEAST_IN_BIN = 5  # for the best or worst bin: the extremes of fewer are mostly chance
_PERCENTILES = (10, 30, 70, 90)
SIZES = ('XS', 'S', 'M', 'L', 'XL')
ASPECTS = ('XT', 'T', 'M', 'W', 'XW')
TRUNCATION = ('whole', 'truncated')


@dataclass(frozen=True)
class Score:
    """The mean of a score over instances; None without any.

    standard_error: of that mean, None for fewer than two instances.
    """

    instances: int
    mean: float | None
    standard_error: float | None

    @classmethod
    def of(cls, values: npt.NDArray[np.float64]) -> Score:
        """Sum up values, (n,)."""
        count = len(values)
        error = float(values.std(ddof=1) / np.sqrt(count)) if count > 1 else None
        return cls(count, float(values.mean()) if count else None, error)


@dataclass(frozen=True)
class Effect:
    """A score of one class by the bins of a property.

    sensitivity: the largest mean of a bin less the least. impact: the largest less that of all.
    Bins of fewer than LEAST_IN_BIN instances are passed over. Both are None for fewer than
    LEAST_INSTANCES, and where fewer than two bins remain.
    """

    overall: Score
    bins: tuple[Score, ...]
    sensitivity: float | None
    impact: float | None

    @classmethod
    def of(cls, values: npt.NDArray[np.float64], place: npt.NDArray[np.intp], bins: int) -> Effect:
        """Sum up scores, (n,), of which `place` is the bin."""
        overall = Score.of(values)
        scores = tuple(Score.of(values[place == number]) for number in range(bins))
        means = [
            one.mean for one in scores if one.mean is not None and one.instances >= LEAST_IN_BIN
        ]
        few = overall.instances < LEAST_INSTANCES
        if few or len(means) < 2 or overall.mean is None:
            return cls(overall, scores, None, None)
        return cls(overall, scores, max(means) - min(means), max(means) - overall.mean)


@dataclass(frozen=True)
class ScoreByProperty:
    """One score (`recall`, `iou`) by one property, class by class.

    counted: how many classes have a sensitivity and an impact, which the last two average.
    """

    property: str
    score: str
    bins: tuple[str, ...]
    classes: tuple[Effect, ...]
    counted: int
    sensitivity: float | None
    impact: float | None


def sensitivities(rows: InstanceRows, classes: int) -> tuple[ScoreByProperty, ...]:
    """Sum up recall and IoU by size, aspect ratio and truncation, for class ids below `classes`.

    The bins of size and aspect ratio are percentiles of a class's own instances, ends included;
    equal ones share the bin of the middle of their ranks.
    """
    properties = (
        ('size', SIZES, rows.area.astype(np.float64)),
        ('aspect ratio', ASPECTS, rows.aspect_ratio),
        ('truncation', TRUNCATION, None),
    )
    found = []
    for name, bins, values in properties:
        if values is None:
            place = rows.truncated.astype(np.intp)
        else:
            place = _percentile_bins(values, rows.classes)
        for score in ('recall', 'iou'):
            scores = getattr(rows, score)
            effects = []
            for label in range(classes):
                mine = rows.classes == label
                effects.append(Effect.of(scores[mine], place[mine], len(bins)))
            found.append(
                ScoreByProperty(
                    property=name,
                    score=score,
                    bins=bins,
                    classes=tuple(effects),
                    counted=sum(one.sensitivity is not None for one in effects),
                    sensitivity=_mean([one.sensitivity for one in effects]),
                    impact=_mean([one.impact for one in effects]),
                )
            )
    return tuple(found)


def _percentile_bins(
    values: npt.NDArray[np.float64], classes: npt.NDArray[np.uint8]
) -> npt.NDArray[np.intp]:
    place = np.zeros(len(values), np.intp)
    for label in np.unique(classes):
        mine = classes == label
        own = values[mine]
        ranked = np.sort(own)
        twice = np.searchsorted(ranked, own, 'left') + np.searchsorted(ranked, own, 'right')
        place[mine] = np.searchsorted(np.array(_PERCENTILES) * len(own), 50 * twice, 'left')
    return place


def _mean(values: Sequence[float | None]) -> float | None:
    known = [one for one in values if one is not None]
    return sum(known) / len(known) if known else None
