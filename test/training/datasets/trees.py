# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Small data sets in their official layouts, drawn from a fixed seed."""

from pathlib import Path

import cv2
import numpy as np


def write(path: Path, image: np.ndarray) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), image)
    return path


def rgb(height: int = 6, width: int = 8, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)


def ids(highest: int, height: int = 6, width: int = 8) -> np.ndarray:
    """Give labels that hold every id from 0 to the highest, as far as there are pixels."""
    return (np.arange(height * width) % (highest + 1)).astype(np.uint8).reshape(height, width)


def camvid(root: Path, names: tuple[str, ...] = ('a', 'b')) -> Path:
    for part in ('train', 'val', 'test'):
        for name in names:
            write(root / part / f'{part}_{name}.png', rgb())
            write(root / f'{part}annot' / f'{part}_{name}.png', ids(11))
        (root / f'{part}.txt').write_text('\n'.join(f'{part}_{name}' for name in names) + '\n')
    return root


def kitti(root: Path, frames: int = 4) -> Path:
    for frame in range(frames):
        write(root / 'image_02' / f'{frame:010d}.png', rgb(seed=frame))
        depth = np.zeros((6, 8), np.uint16)
        depth[2, 3] = 256 * (frame + 1)
        write(root / 'depth_velo' / f'{frame:010d}.png', depth)
    return root
