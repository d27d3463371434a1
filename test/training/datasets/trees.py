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


def nyudv2(root: Path) -> Path:
    """The train list names files by columns, the test list gives names."""
    rows = []
    for number in (3, 4):
        write(root / 'rgb' / f'{number:06d}.png', rgb())
        write(root / 'masks' / f'{number:06d}.png', ids(39))
        write(root / 'depth' / f'{number:06d}.png', np.full((6, 8), 10000, np.uint16))
        write(root / 'normals' / f'{number:04d}.png', normals((0.0, 0.6, -0.8)))
        name = f'{number:06d}.png'
        rows.append(f'rgb/{name}\tmasks/{name}\tdepth/{name}\tnormals/{number:04d}.png\n')
    (root / 'train.txt').write_text(''.join(rows))
    write(root / 'rgb' / '000007.png', rgb())
    write(root / 'masks' / '000007.png', ids(39))
    write(root / 'depth' / '000007.png', np.full((6, 8), 2500, np.uint16))
    write(root / 'normals' / '000007.png', normals((1.0, 0.0, 0.0)))
    (root / 'test.txt').write_text('000007\n')
    return root


def normals(stored: tuple[float, float, float]) -> np.ndarray:
    """Encode one normal, red first; the first pixel is black and the second grey: unknown."""
    colour = np.rint((np.array(stored) + 1) / 2 * 255).astype(np.uint8)
    image = np.tile(colour[::-1], (6, 8, 1))
    image[0, 0], image[0, 1] = 0, 127
    return image


def cityscapes(root: Path, ending: str = 'labelIds', highest: int = 33) -> Path:
    for split, city in (('train', 'aachen'), ('train', 'bochum'), ('val', 'lindau')):
        name = f'{city}_000000_000019'
        write(root / 'leftImg8bit' / split / city / f'{name}_leftImg8bit.png', rgb())
        labels = ids(highest)
        labels[-1, -1] = 255
        write(root / 'gtFine' / split / city / f'{name}_gtFine_{ending}.png', labels)
    return root


def drives(root: Path, *, beside: bool) -> Path:
    """KITTI's depth annotations: frames 0 and 3 of the drives have an image alone."""
    for split, drive in (
        ('train', '2011_09_26_drive_0001_sync'),
        ('val', '2011_09_28_drive_0002_sync'),
    ):
        images = root / split / drive if beside else root / drive[:10] / drive
        for frame in range(4):
            write(images / 'image_02' / 'data' / f'{frame:010d}.png', rgb(seed=frame))
        for frame in (1, 2):
            path = root / split / drive / 'proj_depth/groundtruth/image_02' / f'{frame:010d}.png'
            write(path, np.full((6, 8), 256 * frame, np.uint16))
    return root
