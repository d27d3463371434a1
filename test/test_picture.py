# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The side-by-side picture: its panels and legend. The lettering is not read back."""

import numpy as np
import pytest

from hydranet_ros.perception import Prediction
from hydranet_ros.picture import Meaning
from hydranet_ros.picture import side_by_side
from hydranet_ros.rendering import color_depth
from hydranet_ros.zoo.card import load_card


@pytest.fixture
def meaning():
    return Meaning.of(load_card('street'))


@pytest.fixture
def frame():
    random = np.random.default_rng(2)
    rgb = random.integers(0, 256, (48, 400, 3), np.uint8)
    labels = np.zeros((48, 400), np.uint8)
    labels[:, 200:] = 3
    depth = random.uniform(1, 80, (48, 400)).astype(np.float32)
    return rgb, Prediction(labels=labels, depth=depth)


def find(sheet, panel):
    """Return the (top, left) at which a panel stands in a sheet, None where it does not."""
    height, width = panel.shape[:2]
    for left in range(0, sheet.shape[1] - width + 1, width):
        for top in range(sheet.shape[0] - height + 1):
            if (sheet[top, left : left + width] == panel[0]).all() and (
                sheet[top : top + height, left : left + width] == panel
            ).all():
                return top, left
    return None


def test_panels_stand_side_by_side_pixel_for_pixel(frame, meaning):
    rgb, prediction = frame
    sheet = side_by_side(rgb, prediction, meaning, caption='x')
    assert sheet.shape[1] == 1200
    top, left = find(sheet, rgb)
    assert left == 0
    assert find(sheet, meaning.palette[prediction.labels]) == (top, 400)
    depth = color_depth(prediction.depth, meaning.depth.min_m, meaning.depth.max_m)
    assert find(sheet, depth) == (top, 800)


def test_colours_painted_elsewhere_are_shown_as_they_are(frame, meaning):
    rgb, prediction = frame
    other = np.random.default_rng(9).integers(0, 256, rgb.shape, np.uint8)
    sheet = side_by_side(rgb, prediction, meaning, label_colors=other, depth_colors=rgb[::-1])
    assert find(sheet, other)[1] == 400
    assert find(sheet, rgb[::-1])[1] == 800


def test_the_legend_names_the_classes_in_sight_only(frame, meaning):
    rgb, prediction = frame
    sheet = side_by_side(rgb, prediction, meaning)
    top, _ = find(sheet, rgb)
    foot = sheet[top + rgb.shape[0] :, :800]
    chips = [(foot == color).all(2).sum() > 100 for color in meaning.palette[:11]]
    assert [number for number, shown in enumerate(chips) if shown] == [0, 3]


def test_the_size_does_not_change_with_what_is_in_sight(frame, meaning):
    rgb, prediction = frame
    one = side_by_side(rgb, prediction, meaning)
    everything = Prediction(
        labels=np.resize(np.arange(11, dtype=np.uint8), (48, 400)), depth=prediction.depth
    )
    assert side_by_side(rgb, everything, meaning).shape == one.shape


@pytest.mark.parametrize(('height', 'width'), [(480, 640), (350, 1200), (37, 53), (1, 1)])
@pytest.mark.parametrize('model', ['street', 'nyud', 'nyud_kitti'])
def test_any_size_and_any_model(height, width, model):
    card = load_card(model)
    meaning = Meaning.of(card, card.domains[0].name if card.domains else None)
    labels = np.resize(np.arange(len(meaning.classes), dtype=np.uint8), (height, width))
    rgb = np.zeros((height, width, 3), np.uint8)
    for prediction in (
        Prediction(labels=labels, depth=np.full((height, width), np.nan, np.float32)),
        Prediction(labels=labels),
        Prediction(depth=np.ones((height, width), np.float32)),
    ):
        assert side_by_side(rgb, prediction, meaning, caption='é' * 500).shape[2] == 3
