# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The worst images, and their pictures; how these look to a person is not looked at."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from hydranet_ros import HydranetError
from hydranet_ros.evaluation.diagnostics.diagnosis_picture import diagnosis_picture
from hydranet_ros.evaluation.diagnostics.diagnosis_picture import earlier_pictures
from hydranet_ros.evaluation.diagnostics.diagnosis_picture import picture_names
from hydranet_ros.evaluation.diagnostics.diagnosis_picture import write_pictures
from hydranet_ros.evaluation.diagnostics.pixel_maps import PixelMaps
from hydranet_ros.evaluation.diagnostics.worst_images import WorstImage
from hydranet_ros.evaluation.diagnostics.worst_images import WorstImages
from hydranet_ros.training.datasets.sample import Sample
from hydranet_ros.zoo.card_types import SemanticClass

CLASSES = (SemanticClass('road', (10, 20, 30)), SemanticClass('car', (200, 0, 7)))
KINDS = ('localisation', 'other')
YELLOW, GAP = (255, 214, 0), 6


def image(name: str, wrong: int, size: tuple[int, int] = (36, 48)) -> WorstImage:
    """An image whose first pixels are cars taken for road, too near to one another."""
    truth, predicted = np.zeros(size, np.uint8), np.zeros(size, np.uint8)
    truth.ravel()[:wrong] = 1
    truth[-1, -1] = 255
    kinds = np.where(truth == 1, np.uint8(0), np.uint8(4))
    kinds[-1, -1] = 255
    some = np.linspace(0, 1, truth.size, dtype=np.float32).reshape(size)
    maps = PixelMaps(predicted, truth, np.zeros(size, np.intp), 1, some, some)
    return WorstImage.of(Sample(name, np.full((*size, 3), 90, np.uint8)), maps, kinds)


def test_only_the_worst_are_kept() -> None:
    worst = WorstImages(3)
    for name, wrong in (('a', 5), ('b', 0), ('c', 9), ('d', 5), ('e', 7), ('f', 1)):
        worst.offer(image(name, wrong))
    assert [one.name for one in worst.ranked()] == ['c', 'e', 'a']
    first = worst.ranked()[0]
    assert (first.wrong, first.labelled) == (9, 36 * 48 - 1)


def test_none_but_worse_ones_are_wanted() -> None:
    worst = WorstImages(2)
    assert worst.wants(1)
    worst.offer(image('a', 5))
    assert worst.wants(1)
    worst.offer(image('b', 3))
    assert [wrong for wrong in range(7) if worst.wants(wrong)] == [4, 5, 6]


def test_none_are_asked_for() -> None:
    worst = WorstImages(0)
    assert not worst.wants(9)
    worst.offer(image('a', 5))
    assert not worst.ranked()


@pytest.mark.parametrize('size', [(36, 48), (360, 480), (375, 1242), (500, 100)])
def test_a_picture_shows_everything(size: tuple[int, int]) -> None:
    picture = diagnosis_picture(image('a', size[1] * 9, size), CLASSES, KINDS)
    assert picture.dtype == np.uint8
    width = (picture.shape[1] - 2 * GAP) // 3
    height = round(size[0] * width / size[1])
    panels = [
        picture[30 + row * (30 + height) + 30 :, column * (width + GAP) :][:height, :width]
        for row in (0, 1)
        for column in range(3)
    ]
    rgb, truth, predicted, kinds, entropy, probability = panels
    assert (rgb == 90).all()
    upper = (2, width // 2)  # wrong in all of these images
    assert truth[upper].tolist() == [200, 0, 7]
    assert predicted[upper].tolist() == [10, 20, 30]
    assert kinds[upper].tolist() == list(YELLOW)
    np.testing.assert_array_equal(entropy, probability)
    assert int(entropy[-5].sum()) > int(entropy[5].sum())
    foot = picture[2 * (30 + height) + 30 :]
    for colour in (YELLOW, (10, 20, 30), (200, 0, 7)):
        assert (foot == colour).all(2).any(), 'it is in the legend'


def test_files(tmp_path: Path) -> None:
    images = [image('x', 5), image('y', 4)]
    names = picture_names(images)
    assert names == ['01_x.png', '02_y.png']
    write_pictures(tmp_path, images, CLASSES, KINDS)
    assert [path.name for path in earlier_pictures(tmp_path)] == names
    stored = cv2.imread(str(tmp_path / names[0]))
    np.testing.assert_array_equal(
        stored[..., ::-1], diagnosis_picture(image('x', 5), CLASSES, KINDS)
    )
    (tmp_path / names[0]).unlink()
    (tmp_path / names[0]).mkdir()
    with pytest.raises(HydranetError, match='cannot remove'):
        write_pictures(tmp_path, images, CLASSES, KINDS)


def test_nothing_has_a_colour_that_no_class_has() -> None:
    for taken in ((), ((0, 0, 0),), ((0, 0, 0), (224, 224, 192))):
        classes = [*CLASSES, *(SemanticClass(f'{colour}', colour) for colour in taken)]
        picture = diagnosis_picture(image('a', 5, (360, 480)), classes, KINDS)
        corner = picture[60 + 360 - 1, 480 + GAP + 480 - 1]
        assert tuple(int(one) for one in corner) not in {one.color for one in classes}
