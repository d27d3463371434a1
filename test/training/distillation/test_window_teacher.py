# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""How images are cut for a network of fixed shape, and what its confidence means."""

from pathlib import Path

import numpy as np
import pytest

from hydranet_ros.errors import HydranetError
from hydranet_ros.training.distillation.class_map import ClassMap
from hydranet_ros.training.distillation.class_map import read_class_map
from hydranet_ros.training.distillation.window_teacher import probabilities
from hydranet_ros.training.distillation.window_teacher import windows
from hydranet_ros.training.distillation.window_teacher import WindowTeacher

from .teachers import flag
from .teachers import flag_labels
from .teachers import write_class_map


class Sure:
    """A network of squares that is sure of the same thing at each place of its input."""

    def __init__(self, size: tuple[int, int], classes: np.ndarray, count: int = 3) -> None:
        self.size, self.seen, self.provenance = size, [], {}
        self.found = np.eye(count, dtype=np.float32)[classes]

    def __call__(self, rgb: np.ndarray) -> np.ndarray:
        self.seen.append(rgb.copy())
        return self.found


@pytest.fixture
def class_map(tmp_path: Path) -> ClassMap:
    return read_class_map(write_class_map(tmp_path / 'map.yaml'))


@pytest.mark.parametrize(
    ('image', 'size', 'count'),
    [
        ((375, 1242), (513, 513), 6),
        ((360, 480), (513, 513), 2),
        ((512, 1024), (256, 512), 1),
        ((1000, 200), (64, 128), 19),
        ((100, 100), None, 1),
    ],
)
def test_windows_cover_the_image_at_its_aspect_ratio(
    image: tuple[int, int], size: tuple[int, int] | None, count: int
) -> None:
    covered = np.zeros(image, int)
    found = list(windows(*image, size))
    for window in found:
        part = covered[window]
        part += 1
        if size is not None:
            assert part.shape[1] / part.shape[0] == pytest.approx(size[1] / size[0], rel=0.01)
    assert covered.min() >= 1
    assert len(found) == count


def test_confidence_is_low_where_mirror_images_disagree(class_map: ClassMap) -> None:
    left_and_right = np.repeat([0, 0, 2, 2], 8)[None].repeat(32, 0)
    annotation = WindowTeacher(Sure((32, 32), left_and_right), class_map)(flag(32, 32))
    np.testing.assert_allclose(annotation.confidence, 128, atol=1)
    same = WindowTeacher(Sure((32, 32), np.full((32, 32), 2)), class_map)(flag(32, 48))
    assert (same.labels == 1).all()
    assert (same.confidence == 255).all()


def test_windows_are_brought_to_the_size_of_the_network(class_map: ClassMap) -> None:
    network = Sure((16, 16), np.zeros((4, 4), int))
    annotation = WindowTeacher(network, class_map, flip=False)(flag(32, 80))
    assert annotation.labels.shape == annotation.confidence.shape == (32, 80)
    assert [seen.shape for seen in network.seen] == [(16, 16, 3)] * 4
    reds = [(seen.argmax(2) == 0).mean() for seen in network.seen]
    assert reds == sorted(reds, reverse=True), 'from the red left end to the right'
    assert reds[0] > 0.8
    assert reds[-1] == 0


def test_a_class_without_a_partner_is_no_label(class_map: ClassMap) -> None:
    annotation = WindowTeacher(Sure((8, 8), np.ones((8, 8), int)), class_map)(flag(8, 8))
    assert (annotation.labels == 255).all()


@pytest.mark.filterwarnings('error')
def test_an_id_that_is_no_class_is_no_label(class_map: ClassMap) -> None:
    network = Sure((8, 8), np.zeros((8, 8), int))
    ids = np.array([0, 255]).repeat(4)[None].repeat(8, 0)
    network.found = probabilities(ids, 3)
    annotation = WindowTeacher(network, class_map, flip=False)(flag(8, 8))
    assert (annotation.labels == np.where(ids == 0, 0, 255)).all()


def test_a_map_of_another_teacher_is_refused(class_map: ClassMap) -> None:
    teacher = WindowTeacher(Sure((8, 8), np.zeros((8, 8), int), count=4), class_map)
    with pytest.raises(HydranetError, match='tells 4 classes, but its class map .* lists 3'):
        teacher(flag(8, 8))


def test_probabilities_of_logits_of_probabilities_and_of_ids() -> None:
    logits = np.log(np.float32([[[0.7, 0.2, 0.1]]])) + 5
    for scores in (logits, np.float32([[[0.7, 0.2, 0.1]]])):
        np.testing.assert_allclose(probabilities(scores, 3), [[[0.7, 0.2, 0.1]]], rtol=1e-5)
    found = probabilities(np.array([[1, 255]]), 3)
    np.testing.assert_array_equal(found, [[[0, 1, 0], [0, 0, 0]]])


def test_flag_labels_are_what_the_map_says() -> None:
    assert flag_labels()[0, [0, 50, 99]].tolist() == [0, 255, 1]
