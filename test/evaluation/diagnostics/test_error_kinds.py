# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The kinds of error against their definitions, pixel by pixel, and the oracles."""

from hypothesis import given
import numpy as np
import pytest

from hydranet_ros.evaluation.confusion import Confusion
from hydranet_ros.evaluation.diagnostics.class_groups import ClassGroups
from hydranet_ros.evaluation.diagnostics.diagnosis import ErrorAnalysis
from hydranet_ros.evaluation.diagnostics.error_kinds import CORRECT
from hydranet_ros.evaluation.diagnostics.error_kinds import ErrorKind
from hydranet_ros.evaluation.diagnostics.error_kinds import ErrorKinds
from hydranet_ros.evaluation.diagnostics.error_kinds import KINDS

from .label_images import distance
from .label_images import filled
from .label_images import label_pairs
from .untimed import untimed

NAMES = ('nothing', 'car', 'bus', 'cat', 'person')
GROUPS = ClassGroups({'vehicles': ('car', 'bus'), 'animals': ('cat',)}, 'nothing', 'test')
RADIUS = 2.0


def kind_of(pixel: tuple[int, int], predicted: np.ndarray, truth: np.ndarray) -> int:
    """Go through the definitions in their order."""
    true, said = int(truth[pixel]), int(predicted[pixel])
    if true == 255:
        return 255
    if true == said:
        return CORRECT
    if said != 255 and distance(pixel, filled(truth, said)) <= RADIUS:
        return KINDS.index(ErrorKind.LOCALISATION)
    if said != 255 and 0 in (true, said):
        return KINDS.index(ErrorKind.BACKGROUND)
    if {true, said} == {1, 2}:
        return KINDS.index(ErrorKind.SIMILAR)
    return KINDS.index(ErrorKind.OTHER)


def counted(truth: np.ndarray, predicted: np.ndarray) -> tuple[ErrorKinds, Confusion]:
    errors, confusion = ErrorKinds(NAMES, GROUPS, RADIUS), Confusion(len(NAMES))
    errors.add(predicted, truth)
    confusion.update(predicted, truth)
    return errors, confusion


@untimed
@given(label_pairs(len(NAMES)))
def test_definitions(pair: tuple[np.ndarray, np.ndarray]) -> None:
    truth, predicted = pair
    errors = ErrorKinds(NAMES, GROUPS, RADIUS)
    kinds = errors.add(predicted, truth)
    for pixel in np.ndindex(truth.shape):
        assert kinds[pixel] == kind_of(pixel, predicted, truth)
    for number in range(len(KINDS)):
        assert errors.counts[number].sum() == np.count_nonzero(kinds == number)


@untimed
@given(label_pairs(len(NAMES)))
def test_shares_sum_to_1_and_all_mended_is_perfect(pair: tuple[np.ndarray, np.ndarray]) -> None:
    errors, confusion = counted(*pair)
    analysis = ErrorAnalysis.of(errors, confusion, NAMES, '')
    wrong = int(np.count_nonzero((pair[0] != 255) & (pair[0] != pair[1])))
    parts = (*analysis.by_true_class, *analysis.by_predicted_class, analysis.overall)
    for one in parts:
        if one.shares is None:
            assert one.wrong_pixels == 0
        else:
            assert sum(one.shares.values()) == pytest.approx(1)
    for by_class in (analysis.by_true_class, analysis.by_predicted_class):
        assert sum(one.wrong_pixels for one in by_class) == wrong
    assert errors.mended(confusion, KINDS).result().miou == (
        100 if (pair[0] != 255).any() else None
    )
    assert errors.mended(confusion, ()).result() == confusion.result()


@untimed
@given(label_pairs(len(NAMES)))
def test_an_oracle_is_what_the_mended_labels_give(pair: tuple[np.ndarray, np.ndarray]) -> None:
    truth, predicted = pair
    errors, confusion = counted(truth, predicted)
    kinds = errors.add(predicted, truth)
    for number, kind in enumerate(KINDS):
        expected = Confusion(len(NAMES))
        expected.update(np.where(kinds == number, truth, predicted), truth)
        errors_once, _ = counted(truth, predicted)
        assert errors_once.mended(confusion, [kind]).result() == expected.result()


def test_by_hand() -> None:
    truth = np.array([[1, 1, 1, 1, 0, 0, 255]], np.uint8)
    predicted = np.array([[2, 0, 0, 3, 0, 1, 1]], np.uint8)
    errors, confusion = counted(truth, predicted)
    analysis = ErrorAnalysis.of(errors, confusion, NAMES, 'test')
    assert analysis.overall.shares == {
        'localisation': 0.4,
        'background': 0.2,
        'similar': 0.2,
        'other': 0.2,
    }
    car = analysis.by_true_class[1]
    assert (car.wrong_pixels, car.shares and car.shares['background']) == (4, 0.25)
    nothing = analysis.by_predicted_class[0]
    assert nothing.shares == {'localisation': 0.5, 'background': 0.5, 'similar': 0, 'other': 0}
    assert analysis.by_true_class[4].shares is None
    first, second = analysis.mistakes[:2]
    assert (first.true_class, first.predicted_class, first.wrong_pixels) == ('car', 'nothing', 2)
    assert (first.share, second.share) == (0.4, 0.2)
    assert len(analysis.mistakes) == 4
    assert [one.kind for one in analysis.oracles] == [kind.value for kind in KINDS]


@pytest.mark.parametrize(
    ('moved', 'localisation', 'background'), [(-6, 3, 1), (5, 2, 0), (10, 3, 4)]
)
def test_an_edge_beside_an_outline_is_displaced_all_the_same(
    moved: int, localisation: int, background: int
) -> None:
    truth = np.full((20, 60), 0, np.uint8)
    truth[:, 30:] = 1
    predicted = np.roll(truth, moved, axis=1)
    predicted[:, :10], predicted[:, 50:] = 0, 1
    truth[:, 28:33] = 255  # 5 pixels wide, as Pascal VOC draws it
    errors = ErrorKinds(NAMES, GROUPS, 5.0)
    errors.add(predicted, truth)
    rows = len(truth)
    assert errors.counts.sum((1, 2)).tolist() == [localisation * rows, background * rows, 0, 0]


def test_without_groups_nothing_is_similar() -> None:
    errors = ErrorKinds(NAMES, ClassGroups(), RADIUS)
    truth = np.array([[1] * 9 + [2]], np.uint8)
    errors.add(np.full_like(truth, 2), truth)
    assert errors.kinds == (ErrorKind.LOCALISATION, ErrorKind.OTHER)
    assert errors.counts.sum((1, 2)).tolist() == [2, 0, 0, 7]


def test_foreign_classes_are_other_errors() -> None:
    truth, predicted = np.array([[0, 1]], np.uint8), np.array([[255, 1]], np.uint8)
    errors, confusion = counted(truth, predicted)
    analysis = ErrorAnalysis.of(errors, confusion, NAMES, '')
    assert analysis.by_predicted_class[-1].class_name is None
    assert analysis.by_predicted_class[-1].wrong_pixels == 1
    assert analysis.mistakes[0].predicted_class is None
    assert analysis.overall.shares is not None
    assert analysis.overall.shares['other'] == 1
