# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Sensitivity to properties of objects, by hand."""

from dataclasses import replace

import numpy as np
import pytest

from hydranet_ros.evaluation.diagnostics.instance_rows import InstanceRows
from hydranet_ros.evaluation.diagnostics.sensitivity import Score
from hydranet_ros.evaluation.diagnostics.sensitivity import ScoreByProperty
from hydranet_ros.evaluation.diagnostics.sensitivity import sensitivities


def rows(area: list[int], correct: list[int], classes: list[int] | None = None) -> InstanceRows:
    count = len(area)
    nothing = np.zeros((count, 1))
    return InstanceRows(
        classes=np.array(classes or [0] * count, np.uint8),
        area=np.array(area),
        width=np.arange(1, count + 1, dtype=np.int32),
        height=np.ones(count, np.int32),
        truncated=np.arange(count) % 2 == 1,
        correct=np.array(correct),
        false_positives=np.zeros(count, np.int64),
        pixels=nothing.astype(np.int64),
        entropy=nothing,
        probability=nothing,
    )


def of(found: tuple[ScoreByProperty, ...], name: str, score: str) -> ScoreByProperty:
    (one,) = (one for one in found if (one.property, one.score) == (name, score))
    return one


def test_bins_are_percentiles() -> None:
    found = sensitivities(rows(list(range(100, 200)), [50] * 100), 1)
    size = of(found, 'size', 'iou').classes[0]
    assert [one.instances for one in size.bins] == [10, 20, 40, 20, 10]
    assert of(found, 'size', 'recall').bins == ('XS', 'S', 'M', 'L', 'XL')
    assert of(found, 'aspect ratio', 'recall').bins == ('XT', 'T', 'M', 'W', 'XW')


def test_sensitivity_and_impact() -> None:
    correct = [10, 0] * 30 + [10, 4] * 30
    found = sensitivities(rows([10] * 120, correct, [0] * 60 + [1] * 60), 3)
    one = of(found, 'truncation', 'recall')
    assert one.bins == ('whole', 'truncated')
    first, second, absent = one.classes
    assert [score.mean for score in first.bins] == [1.0, 0.0]
    assert (first.sensitivity, first.impact) == (1.0, 0.5)
    assert (second.sensitivity, second.impact) == (pytest.approx(0.6), pytest.approx(0.3))
    assert absent.overall == Score(0, None, None)
    assert (absent.sensitivity, absent.impact) == (None, None)
    assert (one.sensitivity, one.impact) == (pytest.approx(0.8), pytest.approx(0.4))
    assert one.counted == 2


def test_equal_objects_share_a_bin_and_tell_nothing() -> None:
    found = of(sensitivities(rows([5] * 60, [1, 2, 3] * 20), 1), 'size', 'recall')
    assert [score.instances for score in found.classes[0].bins] == [0, 0, 60, 0, 0]
    assert (found.counted, found.sensitivity, found.impact) == (0, None, None)


@pytest.mark.parametrize(
    ('areas', 'expected'),
    [
        ([7], [0, 0, 1, 0, 0]),
        ([1, 1, 1, 1, 1, 1, 1, 2, 3, 9], [0, 0, 7, 2, 1]),
        ([1, 2, 2, 2, 2, 2, 2, 2, 2, 3], [1, 0, 8, 0, 1]),
        ([10, 20, 30, 40, 50, 60, 70, 80, 90, 100], [1, 2, 4, 2, 1]),
    ],
)
def test_equal_objects_lie_in_the_middle_of_their_ranks(
    areas: list[int], expected: list[int]
) -> None:
    found = of(sensitivities(rows(areas, [1] * len(areas)), 1), 'size', 'recall')
    assert [score.instances for score in found.classes[0].bins] == expected


def test_few_instances_have_no_sensitivity() -> None:
    areas, classes = list(range(100, 149)) + list(range(100, 150)), [0] * 49 + [1] * 50
    found = of(sensitivities(rows(areas, [50] * 99, classes), 2), 'size', 'recall')
    few, enough = found.classes
    assert (few.overall.instances, few.sensitivity, few.impact) == (49, None, None)
    assert enough.sensitivity is not None
    assert found.counted == 1
    assert (found.sensitivity, found.impact) == (enough.sensitivity, enough.impact)


def test_bins_of_few_instances_are_neither_best_nor_worst() -> None:
    table = rows([10] * 100, [5] * 96 + [10] * 4)
    by_few = replace(table, truncated=np.arange(100) >= 96)
    assert of(sensitivities(by_few, 1), 'truncation', 'recall').sensitivity is None
    by_enough = replace(table, truncated=np.arange(100) >= 95)
    found = of(sensitivities(by_enough, 1), 'truncation', 'recall')
    assert found.sensitivity == pytest.approx(0.4)


def test_mean_and_standard_error() -> None:
    score = Score.of(np.array([1.0, 2, 3, 4]))
    assert (score.instances, score.mean) == (4, 2.5)
    assert score.standard_error == pytest.approx((5 / 3) ** 0.5 / 2)
    assert Score.of(np.array([7.0])) == Score(1, 7.0, None)
    assert Score.of(np.zeros(0)) == Score(0, None, None)
