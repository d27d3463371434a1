# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Relative entropy and relative probability against the formulas as they are written."""

import math

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
import numpy as np
import pytest

from hydranet_ros.evaluation.diagnostics.uncertainty import relative_entropy
from hydranet_ros.evaluation.diagnostics.uncertainty import relative_probability

from .untimed import untimed

LOGITS = npst.arrays(
    np.float32,
    st.tuples(st.integers(2, 7), st.integers(1, 3), st.integers(1, 3)),
    elements=st.floats(-60, 60, width=32),
)


def softmax(logits: np.ndarray) -> list[float]:
    weights = [math.exp(float(one) - float(max(logits))) for one in logits]
    return [one / sum(weights) for one in weights]


def entropy_of(p: list[float]) -> float:
    return -sum(one * math.log(one) for one in p if one > 0) / math.log(len(p))


@untimed
@given(LOGITS)
def test_formulas(logits: np.ndarray) -> None:
    entropy, probability = relative_entropy(logits), relative_probability(logits)
    assert entropy.dtype == probability.dtype == np.float32
    for row, column in np.ndindex(logits.shape[1:]):
        p = softmax(logits[:, row, column])
        second, first = sorted(p)[-2:]
        assert entropy[row, column] == pytest.approx(entropy_of(p), abs=2e-5)
        assert probability[row, column] == pytest.approx(second / first, rel=1e-4, abs=1e-6)


@untimed
@given(LOGITS, st.floats(-1000, 1000, width=32), st.randoms())
def test_only_differences_count_and_no_order(
    logits: np.ndarray, shift: float, random: st.DataObject
) -> None:
    order = list(range(len(logits)))
    random.shuffle(order)
    other = logits[order] + np.float32(shift)
    np.testing.assert_allclose(relative_entropy(other), relative_entropy(logits), atol=1e-3)
    np.testing.assert_allclose(
        relative_probability(other), relative_probability(logits), atol=1e-3
    )


@untimed
@given(LOGITS)
def test_between_0_and_1(logits: np.ndarray) -> None:
    for measure in (relative_entropy(logits), relative_probability(logits)):
        assert measure.min() >= 0
        assert measure.max() <= 1


@pytest.mark.parametrize('classes', [2, 11, 19, 21])
def test_ends_of_the_scale(classes: int) -> None:
    uniform = np.full((classes, 1, 1), np.log(1 / classes), np.float32)
    assert relative_entropy(uniform) == pytest.approx(1)
    assert relative_probability(uniform) == 1
    with np.errstate(divide='ignore'):
        one_hot = np.log(np.eye(classes, dtype=np.float32))[:, :1, None]
    assert relative_entropy(one_hot) == 0
    assert relative_probability(one_hot) == 0


def test_a_single_class_is_sure() -> None:
    logits = np.ones((1, 2, 3), np.float32)
    assert not relative_entropy(logits).any()
    assert not relative_probability(logits).any()
