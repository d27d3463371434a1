# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Classes of two sides are matched by name."""

import numpy as np
import pytest

from hydranet_ros import HydranetError
from hydranet_ros.evaluation.class_mapping import ClassMapping
from hydranet_ros.zoo.card_types import SemanticClass


def classes(*names: str) -> list[SemanticClass]:
    return [SemanticClass(name, (0, 0, 0)) for name in names]


def test_ids_follow_the_names() -> None:
    model = classes('road', 'sky', 'cat', 'Traffic Light')
    mapping = ClassMapping.between(model, classes('sky', 'dog', 'traffic_light', 'road'))
    assert mapping.names == ('sky', 'traffic_light', 'road')
    assert mapping.predicted[[0, 1, 2, 3, 255]].tolist() == [2, 0, 255, 1, 255]
    assert mapping.true[[0, 1, 2, 3, 255]].tolist() == [0, 255, 1, 2, 255]
    assert (mapping.only_model, mapping.only_set) == (('cat',), ('dog',))
    assert mapping.predicted.dtype == np.uint8


def test_nothing_in_common_names_both_sides() -> None:
    with pytest.raises(HydranetError, match=r'\(dog\).*\(cat, road\)'):
        ClassMapping.between(classes('cat', 'road'), classes('dog'))
