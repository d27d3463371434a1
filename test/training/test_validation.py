# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""What becomes of raw outputs in a validation. The accumulators have tests of their own."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from hydranet_ros.errors import HydranetError
from hydranet_ros.training.datasets.sample import Sample
from hydranet_ros.training.recipe_types import ValidationSet
from hydranet_ros.training.validation import check_validations
from hydranet_ros.training.validation import higher_is_better
from hydranet_ros.training.validation import selected
from hydranet_ros.training.validation import Validation
from hydranet_ros.zoo.card_types import Task

from .runs import recipe
from .samples import Memory


def validation(
    tmp_path: Path, *tasks: Task, spec: str = 'folder:here', **changes: Any
) -> Validation:
    data = Memory([Sample('', np.zeros((2, 2, 3), np.uint8))], 'memory')
    data.tasks = frozenset(tasks)
    entry = ValidationSet(spec, split='test', domain=changes.pop('domain', None))
    return Validation(entry, recipe(tmp_path, **changes), data)


def sample(**annotations: Any) -> Sample:
    return Sample('', np.zeros((8, 8, 3), np.uint8), **annotations)


@pytest.mark.parametrize(('fx', 'metres'), [(50.0, 4.0), (25.0, 2.0), (None, 4.0)])
def test_depth_becomes_that_of_the_images_camera(
    tmp_path: Path, fx: float | None, metres: float
) -> None:
    """The network's camera has 50 pixels; one with 25 shows the same at half the distance."""
    made = validation(tmp_path, Task.DEPTH)
    truth = np.full((8, 8), metres, np.float32)
    made.update({'depth': torch.full((1, 1, 2, 2), -4.0)}, [sample(depth=truth, fx=fx)])
    assert made.metrics()['here-test/RMSE'] == pytest.approx(0.0, abs=1e-6)


def test_depth_is_capped_at_the_range(tmp_path: Path) -> None:
    made = validation(tmp_path, Task.DEPTH)
    truth = np.full((8, 8), 9.0, np.float32)
    made.update({'depth': torch.full((1, 1, 2, 2), 99.0)}, [sample(depth=truth, fx=50.0)])
    assert made.metrics()['here-test/RMSE'] == pytest.approx(1.0)


def test_labels_are_taken_within_the_domain(tmp_path: Path) -> None:
    made = validation(
        tmp_path,
        Task.SEMANTIC,
        classes=[{'name': f'{i}', 'color': [0, 0, 0]} for i in range(4)],
        domains=[
            {'name': 'first', 'start': 0, 'stop': 2},
            {'name': 'second', 'start': 2, 'stop': 4},
        ],
        domain='second',
        streams=[
            {
                'crop': [8, 8],
                'data': [{'set': 'folder:labelled', 'batch': 1, 'domain': 'first'}],
            }
        ],
        validation=[],
        select=None,
    )
    logits = torch.tensor([9.0, 8.0, 1.0, 2.0]).view(1, 4, 1, 1).expand(1, 4, 2, 2)
    made.update({'semantic': logits}, [sample(labels=np.ones((8, 8), np.uint8))])
    assert made.metrics() == {'here-test/mIoU': 100.0, 'here-test/pixel_accuracy': 100.0}
    made.reset()
    assert made.metrics() == {}


def test_normals_of_any_length_have_their_angle(tmp_path: Path) -> None:
    made = validation(tmp_path, Task.NORMALS, tasks=['semantic', 'depth', 'normals'])
    truth = np.broadcast_to(np.array([0, 0, -1], np.float32), (8, 8, 3)).copy()
    output = torch.tensor([0.0, 3.0, -3.0]).view(1, 3, 1, 1).expand(1, 3, 2, 2)
    made.update({'normals': output}, [sample(normals=truth)])
    assert made.metrics()['here-test/angle_mean'] == pytest.approx(45.0, abs=1e-3)


def test_samples_without_the_annotation_count_nothing(tmp_path: Path) -> None:
    made = validation(tmp_path, Task.SEMANTIC, Task.DEPTH)
    outputs = {'semantic': torch.zeros(1, 2, 2, 2), 'depth': torch.zeros(1, 1, 2, 2)}
    made.update(outputs, [sample()])
    assert made.metrics() == {}


def test_a_metric_is_selected_by_its_name_or_its_set() -> None:
    metrics = {'a/RMSE': 1.0, 'b/mIoU': 2.0, 'c/mIoU': 3.0}
    assert selected(metrics, 'mIoU') == 2.0
    assert selected(metrics, 'c/mIoU') == 3.0
    assert selected(metrics, 'delta1') is None
    assert higher_is_better('c/mIoU')
    assert not higher_is_better('a/RMSE')


def test_two_sets_of_one_name_are_refused(tmp_path: Path) -> None:
    one = validation(tmp_path, Task.DEPTH, spec='kitti:a')
    other = validation(tmp_path, Task.DEPTH, spec='kitti:b')
    with pytest.raises(HydranetError, match=r'same name \(kitti-test, kitti-test\)'):
        check_validations([one, other], None)
