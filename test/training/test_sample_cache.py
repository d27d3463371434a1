# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""What is kept of the samples; how fast they are read is not tested."""

import pickle

import numpy as np
import pytest

from hydranet_ros.training.sample_cache import SampleCache

from .samples import Memory
from .samples import noise

ONE = 40 * 60 * (3 + 1 + 4 + 12)  # image, labels, depth, normals


def memory() -> list[Memory]:
    return [Memory(noise(5)), Memory(noise(3, seed=1))]


@pytest.mark.parametrize(('fit', 'read'), [(8, 8), (6, 12), (0, 24)])
def test_samples_are_read_once_while_they_fit(fit: int, read: int) -> None:
    sets = memory()
    cache = SampleCache(sets, 50.0, fit * ONE + 100)
    for _ in range(3):
        for data_set, index in [(0, i) for i in range(5)] + [(1, i) for i in range(3)]:
            np.testing.assert_array_equal(
                cache(data_set, index).rgb, sets[data_set].samples[index].rgb
            )
    assert sum(sets[0].reads) + sum(sets[1].reads) == read


@pytest.mark.parametrize('fit', [8, 6])
def test_filling_reads_what_fits(fit: int, caplog: pytest.LogCaptureFixture) -> None:
    sets = memory()
    cache = SampleCache(sets, 50.0, fit * ONE + 100)
    with caplog.at_level('INFO'):
        cache.fill()
    assert f'keeping {fit} of 8 samples' in caplog.text
    before = sum(sets[0].reads)
    cache(0, 4)
    assert sum(sets[0].reads) == before == 5


def test_samples_are_the_canonical_cameras() -> None:
    sets = memory()
    kept = SampleCache(sets, 100.0, 9 * ONE)(0, 1)
    assert kept.fx == 100.0
    assert kept.depth is not None
    np.testing.assert_allclose(kept.depth, 2 * sets[0].samples[1].depth)


def test_a_pickled_cache_is_empty_and_works() -> None:
    cache = SampleCache(memory(), 100.0, 9 * ONE)
    empty = len(pickle.dumps(cache))
    cache.fill()
    assert len(pickle.dumps(cache)) == pytest.approx(empty, rel=0.01)
    again = pickle.loads(pickle.dumps(cache))
    np.testing.assert_array_equal(again(1, 2).depth, cache(1, 2).depth)
