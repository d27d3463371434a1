# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Which sample each draw gives, and that a resumed or divided run sees the same ones.

The speed is not tested, nor processes started other than by fork.
"""

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
import pytest
import torch

from hydranet_ros.errors import HydranetError
from hydranet_ros.training import streams
from hydranet_ros.training.augmentation import Augmentation
from hydranet_ros.training.batch import Batch
from hydranet_ros.training.batch import collate
from hydranet_ros.training.datasets.sample import Sample
from hydranet_ros.training.streams import BatchLoader
from hydranet_ros.training.streams import loader
from hydranet_ros.training.streams import Stream

from .samples import Memory
from .samples import noise

AUGMENTATION = Augmentation((32, 32), (0.7, 1.5), colour=1.0)
LENGTHS = (7, 4)
COUNTS = (3, 1)


def stream(seed: int = 0, *, cache_bytes: int = 1 << 30, focal_length_px: float = 50.0) -> Stream:
    sources = [
        (Memory(noise(length, seed=place), f'memory{place}'), count)
        for place, (length, count) in enumerate(zip(LENGTHS, COUNTS, strict=True))
    ]
    return Stream(
        sources, AUGMENTATION, focal_length_px=focal_length_px, seed=seed, cache_bytes=cache_bytes
    )


def test_batches_hold_the_counts_of_the_sources_in_their_order() -> None:
    made = stream()
    assert made.batch_size == 4
    assert [made.locate(draw)[0] for draw in range(12)] == [0, 0, 0, 1] * 3


@pytest.mark.parametrize('source', [0, 1])
def test_each_pass_over_a_set_is_another_permutation(source: int) -> None:
    made = stream()
    places = [made.locate(draw) for draw in range(4 * 7 * 4 * 3)]
    drawn = [index for which, index in places if which == source]
    length = LENGTHS[source]
    passes = [drawn[at : at + length] for at in range(0, len(drawn) - length + 1, length)]
    assert all(sorted(one) == list(range(length)) for one in passes)
    # Of 4 samples there are but 24 orders.
    assert len({tuple(one) for one in passes}) > len(passes) // 3


def test_a_draw_is_a_pure_function_of_seed_and_number() -> None:
    forwards, backwards = stream(), stream(cache_bytes=0)
    first = {draw: forwards[draw] for draw in range(20)}
    for draw in reversed(range(20)):
        assert_equal(first[draw], backwards[draw])


def test_draws_and_seeds_differ() -> None:
    one, other = stream(), stream(seed=1)
    pictures = {made[draw].rgb.tobytes() for made in (one, other) for draw in range(40)}
    assert len(pictures) == 80


@pytest.mark.parametrize('workers', [0, 2])
def test_a_resumed_run_sees_the_batches_that_were_left(workers: int) -> None:
    whole = list(loader(stream(), start_step=0, steps=6, workers=workers))
    rest = list(loader(stream(), start_step=4, steps=2))
    assert len(whole) == 6
    assert len(rest) == 2
    assert_same_batches(whole[4:], rest)
    assert not torch.equal(rest[0].image, rest[1].image)


def test_ranks_divide_the_draws() -> None:
    made = stream()
    ranks = [
        draws(made, loader(made, start_step=2, steps=5, rank=rank, world=3)) for rank in range(3)
    ]
    assert all(len(drawn) == 5 * 4 for drawn in ranks)
    assert len(set().union(*ranks)) == 3 * 5 * 4
    assert set().union(*ranks) == set(range(2 * 3 * 4, 7 * 3 * 4))


def test_two_ranks_go_through_each_set_together() -> None:
    made = stream()
    seen = [
        made.locate(draw)[1]
        for rank in range(2)
        for draw in draws(made, loader(made, start_step=0, steps=2, rank=rank, world=2))
        if made.locate(draw)[0] == 1
    ]
    assert sorted(seen) == [0, 1, 2, 3]


def test_loading_leaves_the_global_random_state_alone() -> None:
    before = torch.get_rng_state()
    list(loader(stream(), start_step=0, steps=2))
    assert torch.equal(torch.get_rng_state(), before)


def test_workers_keep_opencv_to_one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    def threads(samples: Sequence[Sample]) -> Batch:
        return replace(collate(samples), labels=torch.tensor(cv2.getNumThreads()))

    monkeypatch.setattr(streams, 'collate', threads)
    (batch,) = loader(stream(), start_step=0, steps=1, workers=1)
    assert batch.labels == 1


@pytest.mark.parametrize('workers', [0, 1])
def test_a_broken_sample_is_told_without_a_traceback(workers: int) -> None:
    class Broken(Memory):
        def __getitem__(self, index: int) -> Sample:
            if index == 3:
                raise HydranetError('0-3.png is cut off; fetch it again.')
            return super().__getitem__(index)

    made = Stream(
        [(Broken(noise(5)), 5)], AUGMENTATION, focal_length_px=50.0, seed=0, cache_bytes=0
    )
    with pytest.raises(HydranetError) as caught:
        list(loader(made, start_step=0, steps=1, workers=workers))
    assert str(caught.value) == '0-3.png is cut off; fetch it again.'


def test_forked_workers_share_what_was_read_first() -> None:
    made = stream()
    list(loader(made, start_step=0, steps=3, workers=1))
    assert reads(made, 0) == [1] * 7
    assert reads(made, 1) == [1] * 4
    made[0]
    assert sum(reads(made, 0)) == 7


def test_depth_becomes_the_canonical_cameras() -> None:
    near, far = stream(focal_length_px=50.0)[5], stream(focal_length_px=100.0)[5]
    assert near.depth is not None
    np.testing.assert_allclose(far.depth, 2 * near.depth, rtol=1e-6)


@pytest.mark.parametrize(
    ('sources', 'seed', 'message'),
    [
        ([], 0, 'at least one data set'),
        ([(Memory([], 'empty'), 2)], 0, 'empty has no images'),
        ([(Memory(noise(1), 'few'), 0)], 0, 'few has 0 images in each batch'),
        ([(Memory(noise(1)), 1)], -1, 'Seed -1 is negative'),
    ],
)
def test_what_makes_no_stream_is_refused(sources: list, seed: int, message: str) -> None:
    with pytest.raises(HydranetError, match=message):
        Stream(sources, AUGMENTATION, focal_length_px=50.0, seed=seed)


def draws(made: Stream, batches: BatchLoader) -> list[int]:
    return [draw for number in batches.sampler for draw in made.draws(number)]


def reads(made: Stream, source: int) -> list[int]:
    data = made.sources[source][0]
    assert isinstance(data, Memory)
    return data.reads


def assert_equal(one: Sample, other: Sample) -> None:
    assert one.name == other.name
    for name in ('rgb', 'labels', 'depth', 'normals'):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))


def assert_same_batches(ones: list[Batch], others: list[Batch]) -> None:
    for one, other in zip(ones, others, strict=True):
        assert torch.equal(one.image, other.image)
        assert torch.equal(one.labels, other.labels)
        torch.testing.assert_close(one.depth, other.depth, rtol=0, atol=0, equal_nan=True)
        assert one.weights.keys() == other.weights.keys()
