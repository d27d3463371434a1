# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""What a diagnosis has found, and its JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from hydranet_ros.evaluation.confusion import Confusion
from hydranet_ros.evaluation.diagnostics.error_kinds import ErrorKind
from hydranet_ros.evaluation.diagnostics.error_kinds import ErrorKinds
from hydranet_ros.evaluation.diagnostics.error_kinds import KINDS
from hydranet_ros.evaluation.diagnostics.sensitivity import ScoreByProperty
from hydranet_ros.evaluation.diagnostics.uncertainty_by_distance import UncertaintyByDistance
from hydranet_ros.evaluation.evaluation_result import EvaluationResult

SCHEMA = 1
_MISTAKES = 8


@dataclass(frozen=True)
class ErrorShares:
    """How the wrong pixels of one class divide into the kinds, which sum to 1; None without any.

    class_name: None stands for predictions that are none of the data set's classes.
    """

    class_name: str | None
    wrong_pixels: int
    shares: dict[str, float] | None


@dataclass(frozen=True)
class Oracle:
    """mIoU (percent) if all errors of a kind were mended, and by how much that is more."""

    kind: str
    miou: float | None
    gain: float | None


@dataclass(frozen=True)
class Mistake:
    """A class that is taken for another one, and its share of all wrong pixels."""

    true_class: str
    predicted_class: str | None
    wrong_pixels: int
    share: float


@dataclass(frozen=True)
class ErrorAnalysis:
    """The kinds of error. groups: where the similar classes are from, '' without any.

    mistakes: the pairs of true and predicted class with the most wrong pixels, the first first.
    """

    radius: float
    groups: str
    kinds: tuple[str, ...]
    overall: ErrorShares
    by_true_class: tuple[ErrorShares, ...]
    by_predicted_class: tuple[ErrorShares, ...]
    oracles: tuple[Oracle, ...]
    mistakes: tuple[Mistake, ...]

    @classmethod
    def of(
        cls, errors: ErrorKinds, confusion: Confusion, names: Sequence[str], groups: str
    ) -> ErrorAnalysis:
        """Sum up what was counted."""
        counts, kinds = errors.counts, errors.kinds
        true, said = counts.sum(2).T, counts.sum(1).T
        columns: list[str | None] = [*names]
        if said[-1].any():
            columns.append(None)
        miou = confusion.result().miou
        oracles = []
        for kind in kinds:
            mended = errors.mended(confusion, [kind]).result().miou
            gain = None if mended is None or miou is None else mended - miou
            oracles.append(Oracle(kind.value, mended, gain))
        return cls(
            radius=errors.radius,
            groups=groups,
            kinds=tuple(kind.value for kind in kinds),
            overall=_shares(None, counts.sum((1, 2)), kinds),
            by_true_class=tuple(map(_shares, names, true, [kinds] * len(names))),
            by_predicted_class=tuple(
                _shares(name, one, kinds) for name, one in zip(columns, said, strict=False)
            ),
            oracles=tuple(oracles),
            mistakes=_largest(counts.sum(0), names),
        )


def _largest(counts: npt.NDArray[np.int64], names: Sequence[str]) -> tuple[Mistake, ...]:
    order = np.argsort(-counts, axis=None, kind='stable')[:_MISTAKES]
    found = []
    for true, said in zip(*np.unravel_index(order, counts.shape), strict=True):
        pixels = int(counts[true, said])
        if pixels:
            name = names[said] if said < len(names) else None
            found.append(Mistake(names[true], name, pixels, pixels / int(counts.sum())))
    return tuple(found)


def _shares(
    name: str | None, counts: npt.NDArray[np.int64], kinds: Sequence[ErrorKind]
) -> ErrorShares:
    total = int(counts.sum())
    if not total:
        return ErrorShares(name, 0, None)
    shares = {kind.value: int(counts[KINDS.index(kind)]) / total for kind in kinds}
    return ErrorShares(name, total, shares)


@dataclass(frozen=True)
class Diagnosis:
    """All that was found. evaluation: what `hydranet evaluate` says of the segmentation.

    objects: what an instance is here. specks: connected components that were too small for one.
    instances: how many, class by class. notes: what the reader has to know, a sentence each.
    """

    evaluation: EvaluationResult
    classes: tuple[str, ...]
    objects: str
    specks: int
    instances: tuple[int, ...]
    uncertainty: UncertaintyByDistance
    errors: ErrorAnalysis
    sensitivity: tuple[ScoreByProperty, ...]
    notes: tuple[str, ...]

    def document(self) -> dict[str, Any]:
        """Give it as its JSON has it: the main figures first."""
        evaluation = self.evaluation.document()
        main = {name: evaluation[name] for name in ('mIoU', 'pixel_accuracy')}
        return {**asdict(self), 'schema': SCHEMA, **main, 'evaluation': evaluation}
