# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The order in which samples of several sizes are taken."""

import numpy as np

from hydranet_ros.evaluation.size_groups import by_size
from hydranet_ros.evaluation.size_groups import padded
from hydranet_ros.training.datasets.sample import Sample
from test.training.samples import Memory


def mixed() -> Memory:
    sizes = [(4, 6), (5, 6), (4, 6), (8, 8), (5, 6), (4, 6)]
    return Memory(
        [Sample(str(i), np.full((*size, 3), i, np.uint8)) for i, size in enumerate(sizes)]
    )


def test_samples_of_one_size_come_together() -> None:
    data = mixed()
    taken = [(sample.name, size) for sample, size in by_size(data)]
    assert taken == [
        *(('0', (4, 6)), ('2', (4, 6)), ('5', (4, 6))),
        *(('1', (5, 6)), ('4', (5, 6)), ('3', (8, 8))),
    ]
    assert data.reads == [1, 2, 1, 2, 2, 1], 'samples of the first size are read once'


def test_padding_makes_fewer_sizes() -> None:
    assert {size for _, size in by_size(mixed(), 4)} == {(4, 8), (8, 8)}
    assert {size for _, size in by_size(mixed(), 8)} == {(8, 8)}


def test_padding_repeats_the_border() -> None:
    rgb = np.arange(2 * 3 * 3, dtype=np.uint8).reshape(2, 3, 3)
    larger = padded(rgb, (4, 5))
    assert larger.shape == (4, 5, 3)
    np.testing.assert_array_equal(larger[:2, :3], rgb)
    np.testing.assert_array_equal(larger[3, :3], rgb[1])
    np.testing.assert_array_equal(larger[:2, 4], rgb[:, 2])
    assert padded(rgb, (2, 3)) is rgb
