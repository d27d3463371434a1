# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Read the files of labels, depth and normals; everything wrong with one names the file."""

from pathlib import Path

import cv2
import numpy as np

from hydranet_ros.errors import HydranetError
from hydranet_ros.image_files import decode
from hydranet_ros.training.datasets.label_ids import LabelIds
from hydranet_ros.training.datasets.png_palette import without_palette

_SATURATED = 65535
_LOSSY = ('.jpg', '.jpeg', '.webp')


def read_labels(path: Path, ids: LabelIds, size: tuple[int, int]) -> np.ndarray:
    """Read class ids from an 8-bit PNG of one channel (or with a palette), as uint8 (H, W)."""
    return ids(read_grey(path, size), path)


def read_grey(path: Path, size: tuple[int, int]) -> np.ndarray:
    """Read an 8-bit PNG of one channel, class ids or confidences, as uint8 (H, W)."""
    stored = _read(path)
    _check(path, stored, (np.uint8,), 2, size, 'an 8-bit image of one channel')
    return stored


def read_depth(path: Path, units_per_metre: float, size: tuple[int, int]) -> np.ndarray:
    """Read a 16-bit PNG, or metres from a .npy, as float32 (H, W) metres, NaN = none.

    In a PNG 0 and 65535 (saturated) are no measurement; in a .npy what is not above 0 or not
    finite.
    """
    if path.suffix == '.npy':
        stored = _load(path)
        _check(path, stored, (np.float32, np.float64), 2, size, 'float32 metres (H, W)')
        depth = stored.astype(np.float32)
        depth[~(np.isfinite(depth) & (depth > 0))] = np.nan
        return depth
    stored = _read(path)
    _check(path, stored, (np.uint16,), 2, size, 'a 16-bit depth image, one channel')
    depth = np.divide(stored, np.float32(units_per_metre), dtype=np.float32)
    depth[(stored == 0) | (stored == _SATURATED)] = np.nan
    return depth


def read_normals(
    path: Path, order: np.ndarray, signs: np.ndarray, size: tuple[int, int]
) -> np.ndarray:
    """Read normals, channel = 255 (n + 1) / 2 in a PNG or n in a .npy, as float32 (H, W, 3).

    order, signs: where x, y and z of the optical frame are stored (deploy.normals.optical_axes).
    Black, grey and whatever else is shorter than 0.5 becomes NaN, the rest unit length.
    """
    if path.suffix == '.npy':
        stored = _load(path)
        _check(path, stored, (np.float32, np.float64), 3, size, 'float32 normals (H, W, 3)')
        normals = stored.astype(np.float32)
    else:
        stored = _read(path)
        _check(path, stored, (np.uint8,), 3, size, 'an 8-bit RGB image of normals')
        rgb = cv2.cvtColor(stored, cv2.COLOR_BGR2RGB)
        normals = rgb.astype(np.float32) * np.float32(2 / 255) - np.float32(1)
        normals[~rgb.any(2)] = np.nan
    normals = normals[..., order] * signs
    length = np.sqrt(np.einsum('ijk,ijk->ij', normals, normals))
    with np.errstate(invalid='ignore', divide='ignore'):
        normals /= length[..., None]
        normals[~(length >= 0.5)] = np.nan
    return normals


def _read(path: Path) -> np.ndarray:
    """Decode an image as it is stored; a palette's indices, not its colours."""
    if path.suffix.lower() in _LOSSY:
        raise HydranetError(
            f"'{path}' is compressed with losses, which changes values at every edge. Make it a "
            'PNG again from the original.'
        )
    try:
        data = without_palette(path.read_bytes())
    except OSError as error:
        raise HydranetError(f"cannot read '{path}': {error.strerror}.") from error
    image = decode(data, cv2.IMREAD_UNCHANGED)
    if image is None:
        raise HydranetError(
            f"'{path}' ({len(data)} bytes) is damaged or no image. Replace it, or take its frame "
            'out of the data set.'
        )
    return image


def _load(path: Path) -> np.ndarray:
    try:
        return np.load(path, allow_pickle=False)
    except (OSError, ValueError) as error:
        raise HydranetError(f"cannot read the array '{path}': {error}. Replace it.") from error


def _check(
    path: Path,
    array: np.ndarray,
    dtypes: tuple[type, ...],
    dimensions: int,
    size: tuple[int, int],
    wanted: str,
) -> None:
    wrong_shape = array.ndim != dimensions or (dimensions == 3 and array.shape[2] != 3)
    if array.dtype not in dtypes or wrong_shape:
        shape = 'x'.join(map(str, array.shape))
        raise HydranetError(
            f"'{path}' is {array.dtype} {shape}, but {wanted} is needed. Convert it."
        )
    if array.shape[:2] != size:
        raise HydranetError(
            f"'{path}' is {array.shape[1]}x{array.shape[0]} pixels, but its image is "
            f'{size[1]}x{size[0]}. Bring both to one size (labels and depth without '
            'interpolation).'
        )
