# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Time several ways of doing the same in turn, so that a machine's moods meet them all alike."""

from collections.abc import Callable
from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

from hydranet_ros.deploy.engine import Timings

WARM_UP = 2  # frames before each block, which wake its threads and fill the caches


class Variant(Protocol):
    """One way from a frame to its answer."""

    name: str
    device: str

    def run(self, rgb: npt.NDArray[np.uint8]) -> Timings:
        """Answer one frame, uint8 (H, W, 3) RGB; give the seconds of its stages."""

    def close(self) -> None:
        """Free what it holds."""


def measure(
    variants: Sequence[Variant],
    frames: Sequence[npt.NDArray[np.uint8]],
    *,
    rounds: int,
    block: int,
    after_block: Callable[[], object] = lambda: None,
) -> dict[str, npt.NDArray[np.float64]]:
    """Run `rounds` of one block of frames a variant; each round begins with another variant.

    Returns, by the variant's name, seconds [rounds, block, (pre, network, post, total)].
    """
    seconds = {one.name: np.empty((rounds, block, 4)) for one in variants}
    for number in range(rounds):
        first = number % len(variants)
        for variant in [*variants[first:], *variants[:first]]:
            for index in range(-WARM_UP, block):
                times = variant.run(frames[index % len(frames)])
                if index >= 0:
                    row = (times.pre, times.network, times.post, times.total)
                    seconds[variant.name][number, index] = row
            after_block()
    return seconds
