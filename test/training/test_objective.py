# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Which classes compete in a network of several domains. The losses have tests of their own."""

from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from hydranet_ros.training.batch import Batch
from hydranet_ros.training.batch import collate
from hydranet_ros.training.datasets.sample import Sample
from hydranet_ros.training.objective import Objective
from hydranet_ros.training.recipe_types import Recipe
from hydranet_ros.zoo.card_types import Task

from .runs import recipe

DOMAINS = [{'name': 'first', 'start': 0, 'stop': 3}, {'name': 'second', 'start': 3, 'stop': 5}]
CLASSES = [{'name': f'class{i}', 'color': [i, i, i]} for i in range(5)]


def joint(tmp_path: Path) -> Recipe:
    data = [
        {'set': 'folder:a', 'batch': 1, 'domain': 'first'},
        {'set': 'folder:b', 'batch': 2, 'domain': 'second'},
    ]
    return recipe(
        tmp_path,
        classes=CLASSES,
        domains=DOMAINS,
        streams=[{'crop': [8, 8], 'data': data}],
        validation=[],
        select=None,
    )


def batch() -> Batch:
    rng = np.random.default_rng(0)
    samples = []
    for index, classes in enumerate((3, 2, 2)):
        labels = rng.integers(0, classes, (8, 8), np.uint8)
        labels[0] = 255
        rgb = np.zeros((8, 8, 3), np.uint8)
        samples.append(Sample(str(index), rgb, labels, weights={Task.SEMANTIC: 1.0}))
    return collate(samples)


@pytest.fixture
def objective(tmp_path: Path) -> Objective:
    made = joint(tmp_path)
    return Objective(made, made.streams[0], frozenset({Task.SEMANTIC}))


def test_an_image_competes_within_the_classes_of_its_domain(objective: Objective) -> None:
    logits, given = torch.randn(3, 5, 8, 8), batch()
    (loss,) = objective({'semantic': logits}, given).values()
    each = [
        F.cross_entropy(part, labels.long(), ignore_index=255, reduction='sum')
        for part, labels in (
            (logits[:1, :3], given.labels[:1]),
            (logits[1:, 3:], given.labels[1:]),
        )
    ]
    torch.testing.assert_close(loss, sum(each) / (given.labels != 255).sum())


def test_classes_of_the_other_domain_get_no_gradient(objective: Objective) -> None:
    logits = torch.randn(3, 5, 2, 2, requires_grad=True)
    objective({'semantic': logits}, batch())['semantic'].backward()
    assert logits.grad is not None
    assert not logits.grad[0, 3:].any()
    assert not logits.grad[1:, :3].any()
    assert logits.grad[0, :3].all()


@pytest.mark.parametrize(('labels_weight', 'expected'), [(0.5, 0.0), (1.0, 9.0 * 7 / 8)])
def test_measured_depth_holds_against_a_sky_of_less_weight(
    tmp_path: Path, labels_weight: float, expected: float
) -> None:
    """At equal weights the depth may be the teacher's, which is wrong in the sky."""
    made = recipe(tmp_path, losses={'beyond_range': ['light']}, validation=[], select=None)
    rgb, sky = np.zeros((8, 8, 3), np.uint8), np.ones((8, 8), np.uint8)
    depth = np.full((8, 8), 2.0, np.float32)
    depth[0] = np.nan
    weights = {Task.SEMANTIC: labels_weight, Task.DEPTH: 1.0}
    given = collate([Sample(str(i), rgb, sky, depth, weights=weights) for i in range(3)])
    output = torch.full((3, 1, 8, 8), 2.0)
    output[:, :, 0] = 11.0  # nothing was measured there, and the range ends at 10
    objective = Objective(made, made.streams[0], frozenset({Task.DEPTH}))
    loss = objective({'depth': output}, given)['depth']
    torch.testing.assert_close(loss, torch.tensor(expected))
    output[:, :, 0] = 2.0
    assert objective({'depth': output}, given)['depth'] == pytest.approx(9.0)


def test_tasks_that_a_stream_lacks_have_no_loss(tmp_path: Path) -> None:
    made = joint(tmp_path)
    outputs = {'semantic': torch.randn(3, 5, 2, 2), 'depth': torch.randn(3, 1, 2, 2)}
    depth = Objective(made, made.streams[0], frozenset({Task.DEPTH}))
    assert depth(outputs, batch()) == {'depth': torch.tensor(0.0)}
