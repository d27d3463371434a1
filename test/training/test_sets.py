# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""How the sets of a recipe get the class ids of the network, and what is refused."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from hydranet_ros.errors import HydranetError
from hydranet_ros.training.recipe_types import Annotations
from hydranet_ros.training.recipe_types import Recipe
from hydranet_ros.training.recipe_types import TrainingSet
from hydranet_ros.training.recipe_types import ValidationSet
from hydranet_ros.training.sets import open_training_set
from hydranet_ros.training.sets import open_validation_set
from hydranet_ros.training.sets import Places

from .runs import recipe
from .runs import write_data


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return Places(write_data(tmp_path / 'data'), tmp_path / 'out')


def network_of(tmp_path: Path, *names: str) -> Recipe:
    classes = [{'name': name, 'color': [0, 0, 0]} for name in names]
    return recipe(tmp_path, classes=classes)


def stored(places: Places, index: int) -> np.ndarray:
    path = places.data / 'labelled' / 'labels' / f'{index}.png'
    return cv2.imread(str(path), cv2.IMREAD_UNCHANGED)


def test_classes_are_matched_by_name(places: Places, tmp_path: Path) -> None:
    made = network_of(tmp_path, 'other', 'light', 'dark')
    dataset = open_training_set(TrainingSet('folder:labelled', 1), made, places)
    table = np.array([2, 1], np.uint8)
    assert [item.name for item in dataset.classes] == ['other', 'light', 'dark']
    np.testing.assert_array_equal(dataset[1].labels, table[stored(places, 1)])


def test_classes_can_be_renamed_and_ignored(places: Places, tmp_path: Path) -> None:
    made = network_of(tmp_path, 'bright')
    renamed = {'light': 'bright', 'dark': None}
    for dataset in (
        open_training_set(TrainingSet('folder:labelled', 1, classes=renamed), made, places),
        open_validation_set(ValidationSet('folder:labelled', classes=renamed), made, places),
    ):
        expected = np.where(stored(places, 0) == 1, 0, 255)
        np.testing.assert_array_equal(dataset[0].labels, expected)


def test_classes_that_the_network_lacks_are_told(places: Places, tmp_path: Path) -> None:
    made = network_of(tmp_path, 'light')
    with pytest.raises(HydranetError, match='classes that the network has not: dark'):
        open_training_set(TrainingSet('folder:labelled', 1), made, places)
    wrong = TrainingSet('folder:labelled', 1, classes={'drak': None})
    with pytest.raises(HydranetError, match='has no class drak; it has dark, light'):
        open_training_set(wrong, made, places)


def test_missing_annotations_say_who_makes_them(places: Places, tmp_path: Path) -> None:
    entry = TrainingSet('folder:measured', 1, annotations=(Annotations('teachers/labels'),))
    with pytest.raises(HydranetError, match=r'no annotations .*teachers/labels .*prepare'):
        open_training_set(entry, recipe(tmp_path), places)


def test_a_set_that_annotates_no_task_is_refused(places: Places, tmp_path: Path) -> None:
    made = recipe(tmp_path, tasks=['semantic'], depth=None)
    with pytest.raises(HydranetError, match='folder:measured annotates none of semantic'):
        open_training_set(TrainingSet('folder:measured', 1), made, places)
