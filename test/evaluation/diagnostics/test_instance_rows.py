# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""What is measured of an instance, against loops over its pixels."""

from hypothesis import given
from hypothesis import strategies as st
import numpy as np
import pytest

from hydranet_ros.evaluation.diagnostics.instance_rows import InstanceRows
from hydranet_ros.evaluation.diagnostics.instance_rows import measure_instances
from hydranet_ros.evaluation.diagnostics.instances import components
from hydranet_ros.evaluation.diagnostics.pixel_maps import PixelMaps

from .label_images import label_pairs
from .untimed import untimed

BINS = 3


def maps_of(truth: np.ndarray, predicted: np.ndarray, seed: int = 0) -> PixelMaps:
    random = np.random.default_rng(seed)
    return PixelMaps(
        predicted=predicted,
        truth=truth,
        bins=random.integers(0, BINS, truth.shape),
        bin_count=BINS,
        entropy=random.random(truth.shape, np.float32),
        probability=random.random(truth.shape, np.float32),
    )


def rows_of(maps: PixelMaps, reach: float = 0.0) -> InstanceRows:
    return measure_instances(components(maps.truth, range(3), 1)[0], maps, reach)


@untimed
@given(label_pairs(3), st.integers(0, 99))
def test_pixel_by_pixel(pair: tuple[np.ndarray, np.ndarray], seed: int) -> None:
    maps = maps_of(*pair, seed)
    instances, _ = components(maps.truth, range(3), 1)
    rows = measure_instances(instances, maps, 2.0)
    assert len(rows.classes) == instances.ids.max(initial=0)
    for number in range(len(rows.classes)):
        pixels = list(zip(*np.nonzero(instances.ids == number + 1), strict=True))
        down, across = [p[0] for p in pixels], [p[1] for p in pixels]
        assert rows.area[number] == len(pixels)
        assert rows.width[number] == max(across) - min(across) + 1
        assert rows.height[number] == max(down) - min(down) + 1
        height, width = maps.truth.shape
        ends = {min(across), min(down), max(across) - width + 1, max(down) - height + 1}
        assert rows.truncated[number] == (0 in ends)
        right = [p for p in pixels if maps.predicted[p] == rows.classes[number]]
        assert rows.correct[number] == len(right)
        assert rows.recall[number] == len(right) / len(pixels)
        for place in range(BINS):
            mine = [p for p in pixels if maps.bins[p] == place]
            assert rows.pixels[number, place] == len(mine)
            assert rows.entropy[number, place] == pytest.approx(sum(maps.entropy[p] for p in mine))
            assert rows.probability[number, place] == pytest.approx(
                sum(maps.probability[p] for p in mine)
            )


def test_false_positives_go_to_the_nearest_instance_if_its_box_is_near() -> None:
    truth = np.zeros((1, 20), np.uint8)
    truth[0, 4:8] = 1  # its box grows by 2 on each side
    truth[0, 13:15] = 1  # and this one's by 1
    truth[0, 16] = 255
    predicted = np.ones((1, 20), np.uint8)
    predicted[0, 5] = 0
    rows = rows_of(maps_of(truth, predicted))
    things = rows.classes == 1
    assert rows.false_positives[things].tolist() == [4, 2]  # 2 3 8 9, and 12 15
    assert rows.iou[things].tolist() == [3 / 8, 2 / 4]
    wider = rows_of(maps_of(truth, predicted), reach=3.0)
    assert wider.false_positives[things].tolist() == [6, 4]  # 1 2 3 8 9 10, 11 12 15 17


@untimed
@given(label_pairs(3))
def test_no_false_positive_counts_twice(pair: tuple[np.ndarray, np.ndarray]) -> None:
    truth, predicted = pair
    rows = rows_of(maps_of(truth, predicted), reach=100.0)
    for label in range(3):
        wrong = np.count_nonzero((truth != 255) & (truth != label) & (predicted == label))
        counted = int(rows.false_positives[rows.classes == label].sum())
        assert counted == (wrong if (truth == label).any() else 0)


def test_images_without_instances_join() -> None:
    nothing = rows_of(maps_of(np.full((3, 4), 255, np.uint8), np.zeros((3, 4), np.uint8)))
    some = rows_of(maps_of(np.zeros((3, 4), np.uint8), np.zeros((3, 4), np.uint8)))
    both = InstanceRows.joined([nothing, some, nothing])
    assert both.area.tolist() == [12]
    assert both.pixels.shape == (1, BINS)
    assert both.aspect_ratio.tolist() == [4 / 3]
