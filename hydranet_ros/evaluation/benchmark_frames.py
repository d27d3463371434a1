# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The frames of a benchmark: a few of a source, drawn or decoded before anything is timed."""

from collections.abc import Iterator
from collections.abc import Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
import tempfile

import cv2
import numpy as np
import numpy.typing as npt

from hydranet_ros.errors import HydranetError
from hydranet_ros.sources import open_source

DISTINCT_FRAMES = 8  # a block goes round and round through them
Frames = Sequence[npt.NDArray[np.uint8]]


def load_frames(image: str, height: int, width: int) -> Frames:
    """Take up to DISTINCT_FRAMES of what `open_source` opens, uint8 (height, width, 3) RGB."""
    with open_source(image, size=(height, width)) as source:
        frames = [frame.rgb.copy() for frame in islice(source, DISTINCT_FRAMES)]
    if not frames:
        raise HydranetError(f"'{image}' has no frame to measure with; give another --image.")
    return frames


@contextmanager
def frames_on_disk(frames: Frames) -> Iterator[Path]:
    """Write them into a folder for a camera node, which then costs next to nothing itself."""
    with tempfile.TemporaryDirectory() as folder:
        for number, rgb in enumerate(frames):
            # drawing the street or decoding PNG would take a core from the network
            path = Path(folder, f'{number}.bmp')
            if not cv2.imwrite(str(path), cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR)):
                raise HydranetError(f"cannot write '{path}'; make room there.")
        yield Path(folder)
