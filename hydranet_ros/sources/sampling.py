# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""A few frames spread over whole sources, to calibrate with or to judge by."""

from collections.abc import Iterator
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from hydranet_ros.errors import HydranetError
from hydranet_ros.sources.opening import open_source

STEP = 40  # frames between samples where a source has no end: four seconds of the street


def sample_frames(
    specs: Sequence[str], count: int, size: tuple[int, int] | None = None
) -> Iterator[npt.NDArray[np.uint8]]:
    """Give up to `count` frames spread over what `open_source` opens, uint8 (H, W, 3) RGB.

    HydranetError where a source has none, and for one that is damaged.
    """
    chosen = specs
    if len(specs) > count:
        chosen = [specs[i * len(specs) // count] for i in range(count)]
    for spec in chosen:
        yield from _frames_of(spec, count // len(chosen), size)


def _frames_of(
    spec: str, count: int, size: tuple[int, int] | None
) -> Iterator[npt.NDArray[np.uint8]]:
    with open_source(spec, size=size) as source:
        number = count if source.count is None else min(count, source.count)
        found = 0
        for i in range(number):
            position = i * STEP if source.count is None else i * source.count // number
            frame = source.read(position)
            if frame is None:
                break
            found += 1
            yield frame.rgb.copy()
    if not found:
        raise HydranetError(f"'{spec}' has no frames; name an image, a folder or a video.")
