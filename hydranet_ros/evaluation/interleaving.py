# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Time several ways of doing the same in turn, so that a machine's moods meet them all alike."""

from collections.abc import Callable
from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

from hydranet_ros.deploy.engine import Timings

WARM_UP = 2  # batches before each block, which wake its threads and fill the caches


class Variant(Protocol):
    """One way from a frame to its answer."""

    name: str
    device: str

    def run(self, frames: Sequence[npt.NDArray[np.uint8]]) -> Timings:
        """Answer a batch of frames, uint8 (H, W, 3) RGB; give the seconds of its stages."""

    def close(self) -> None:
        """Free what it holds."""


def measure(
    variants: Sequence[Variant],
    frames: Sequence[npt.NDArray[np.uint8]],
    *,
    rounds: int,
    block: int,
    batch: int = 1,
    after_block: Callable[[], object] = lambda: None,
) -> dict[str, npt.NDArray[np.float64]]:
    """Run `rounds` of one block of batches a variant; each round begins with another variant.

    Returns, by the variant's name, seconds [rounds, block, (pre, network, post, total, gpu)] of a
    batch each; gpu is NaN where no GPU tells it.
    """
    seconds = {one.name: np.empty((rounds, block, 5)) for one in variants}
    for number in range(rounds):
        first = number % len(variants)
        for variant in [*variants[first:], *variants[:first]]:
            for index in range(-WARM_UP, block):
                first_frame = index * batch
                chosen = [frames[(first_frame + i) % len(frames)] for i in range(batch)]
                times = variant.run(chosen)
                if index >= 0:
                    gpu = np.nan if times.gpu is None else times.gpu
                    row = (times.pre, times.network, times.post, times.total, gpu)
                    seconds[variant.name][number, index] = row
            after_block()
    return seconds
