# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""What a batch holds. That pinned memory reaches a GPU is not verified: none is needed here."""

from dataclasses import replace

from lightning.pytorch.utilities import move_data_to_device
import numpy as np
import pytest
import torch

from hydranet_ros.errors import HydranetError
from hydranet_ros.training.batch import Batch
from hydranet_ros.training.batch import collate

from .samples import noise


def test_images_are_channels_first_and_stored_channels_last() -> None:
    samples = noise(3)
    batch = collate(samples)
    assert batch.image.shape == (3, 3, 40, 60)
    assert batch.image.dtype == torch.uint8
    assert batch.image.is_contiguous(memory_format=torch.channels_last)
    np.testing.assert_array_equal(batch.image[1].permute(1, 2, 0), samples[1].rgb)
    assert len(batch) == 3


def test_annotations_go_to_their_sample() -> None:
    samples = noise(2)
    batch = collate(samples)
    assert batch.labels.dtype == torch.uint8
    assert batch.depth.dtype == torch.float32
    assert batch.normals is not None
    assert batch.normals.dtype == torch.float32
    for place, sample in enumerate(samples):
        np.testing.assert_array_equal(batch.labels[place], sample.labels)
        np.testing.assert_array_equal(batch.depth[place], sample.depth)
        np.testing.assert_array_equal(batch.normals[place].permute(1, 2, 0), sample.normals)
    assert {task: list(weight) for task, weight in batch.weights.items()} == {
        'semantic': [1, 1],
        'depth': [0.5, 0.5],
        'normals': [1, 1],
    }


def test_what_is_not_annotated_is_masked_and_weighs_nothing() -> None:
    whole, labelled, measured = noise(3)
    labelled = replace(labelled, depth=None, normals=None)
    measured = replace(measured, labels=None, normals=None)
    batch = collate([whole, labelled, measured])
    assert batch.normals is not None
    assert (batch.labels[2] == 255).all()
    assert batch.depth[1].isnan().all()
    assert batch.normals[1:].isnan().all()
    assert not batch.depth[2].isnan().any()
    assert batch.weights['semantic'].tolist() == [1, 1, 0]
    assert batch.weights['depth'].tolist() == [0.5, 0, 0.5]
    assert batch.weights['normals'].tolist() == [1, 0, 0]
    assert collate([labelled, measured]).normals is None


def test_a_sample_of_another_size_is_named() -> None:
    with pytest.raises(HydranetError, match=r'1-0 is \(20, 30\), 0-0 is \(40, 60\).*crop'):
        collate([*noise(1), *noise(1, seed=1, size=(20, 30))])


def test_lightning_moves_all_of_it() -> None:
    moved = move_data_to_device(collate(noise(2)), torch.device('meta'))
    assert isinstance(moved, Batch)
    assert moved.normals is not None
    tensors = [moved.image, moved.labels, moved.depth, moved.normals, *moved.weights.values()]
    assert {tensor.device.type for tensor in tensors} == {'meta'}


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason='needs a CUDA GPU')
def test_pinned_memory_goes_to_the_gpu() -> None:
    batch = collate(noise(2))
    pinned = batch.pin_memory()
    assert pinned.image.is_pinned()
    assert pinned.image.is_contiguous(memory_format=torch.channels_last)
    back = pinned.to('cuda').to('cpu')
    torch.testing.assert_close(back.image, batch.image)
    torch.testing.assert_close(back.depth, batch.depth, equal_nan=True)
