# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The batches of each epoch and process, and the lists that validation goes through."""

import numpy as np
import pytest
import torch

from hydranet_ros.training.augmentation import Augmentation
from hydranet_ros.training.datasets.sample import Sample
from hydranet_ros.training.epoch_data import EpochSteps
from hydranet_ros.training.epoch_data import ValidationBatches
from hydranet_ros.training.streams import Stream

from .samples import Memory
from .samples import noise


def steps(own: range, *, start: int = 0, streams: int = 2) -> EpochSteps:
    made = [
        Stream(
            [(Memory(noise(5, seed=seed), f'memory{seed}'), 2)],
            Augmentation((16, 16)),
            focal_length_px=50.0,
            seed=seed,
        )
        for seed in range(streams)
    ]
    return EpochSteps(
        made,
        start=start,
        steps=6,
        steps_per_epoch=3,
        own=own,
        shares=2,
        workers=0,
        pin_memory=False,
    )


def images(data: EpochSteps) -> list[torch.Tensor]:
    """Return the images of the rest of the training, all shares and streams of a step stacked."""
    epochs = [list(data), list(data)]
    return [torch.stack([b.image for share in step for b in share]) for e in epochs for step in e]


def test_a_step_has_a_batch_of_each_stream_for_each_share() -> None:
    data = steps(range(0, 2))
    first = next(iter(data))
    assert [len(share) for share in first] == [2, 2]
    assert all(batch.image.shape == (2, 3, 16, 16) for share in first for batch in share)


def test_processes_have_the_shares_of_one() -> None:
    whole = images(steps(range(0, 2)))
    first, second = images(steps(range(0, 1))), images(steps(range(1, 2)))
    assert len(whole) == 6
    for both, one, other in zip(whole, first, second, strict=True):
        assert torch.equal(both, torch.cat([one, other]))
        assert not torch.equal(one, other)


def test_a_later_start_gives_what_is_left() -> None:
    whole, later = images(steps(range(0, 2))), list(steps(range(0, 2), start=3))
    assert len(later) == 3
    for expected, found in zip(whole[3:], later, strict=True):
        assert torch.equal(expected, torch.stack([b.image for share in found for b in share]))


@pytest.mark.parametrize('world', [1, 2, 3])
def test_validation_goes_through_all_images_once(world: int) -> None:
    sizes = [(8, 8)] * 5 + [(8, 10)] * 2 + [(8, 8)]
    samples = [Sample(str(i), np.zeros((*size, 3), np.uint8)) for i, size in enumerate(sizes)]
    seen = []
    for rank in range(world):
        batches = ValidationBatches(
            Memory(samples, 'memory'), batch=2, rank=rank, world=world, due=lambda: True
        )
        for batch in batches:
            assert 1 <= len(batch) <= 2
            assert len({sample.rgb.shape for sample in batch}) == 1
            seen += [sample.name for sample in batch]
    assert sorted(seen) == [sample.name for sample in samples]


def test_a_set_that_is_not_due_is_not_read() -> None:
    class Untouched(Memory):
        def __getitem__(self, index: int) -> Sample:
            pytest.fail('it is read')

    data = Untouched(noise(2), 'memory')
    assert not list(ValidationBatches(data, batch=1, rank=0, world=1, due=lambda: False))
