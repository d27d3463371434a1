# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Draw upright textures: walls along or across the street, and sprites that face the camera."""

import math

import cv2
import numpy as np

from hydranet_ros.sources.street_raster import NEAR_M
from hydranet_ros.sources.street_raster import Raster
from hydranet_ros.sources.street_texture import Texture
from hydranet_ros.sources.street_texture import TRANSPARENT


def draw_wall(raster: Raster, start: np.ndarray, end: np.ndarray, texture: Texture) -> None:
    """Draw an upright plane over the ground from start to end, both (3,), left to right.

    Draw walls first, near ones before far ones: hidden ones then cost next to nothing.
    """
    camera, height_m = raster.camera, texture.height_m
    x0, foot, z0 = (float(value) for value in start)
    dx, dz = float(end[0]) - x0, float(end[2]) - z0
    scale = z0 * dx - x0 * dz
    z1 = z0 + dz
    if scale <= 0.0 or max(z0, z1) < NEAR_M:
        return
    cut0 = (NEAR_M - z0) / dz if z0 < NEAR_M else 0.0
    cut1 = (NEAR_M - z0) / dz if z1 < NEAR_M else 1.0
    u0 = camera.fx * (x0 + cut0 * dx) / (z0 + cut0 * dz) + camera.cx
    u1 = camera.fx * (x0 + cut1 * dx) / (z0 + cut1 * dz) + camera.cx
    left, right = max(math.ceil(u0), 0), min(math.floor(u1), camera.width - 1)
    if left > right:
        return
    top = foot - height_m
    inverse = ((dx - raster.ray_x[left : right + 1] * dz) / scale).astype(np.float32)
    seen = _seen_columns(raster, left, inverse, top)
    if not len(seen):
        return
    inverse = inverse[seen[0] : seen[-1] + 1]
    left += int(seen[0])
    ends = float(inverse[0]), float(inverse[-1])
    highest = camera.cy + camera.fy * top * (max(ends) if top < 0 else min(ends))
    lowest = camera.cy + camera.fy * foot * max(ends)
    region = raster.region((left, highest), (left + len(inverse) - 1, lowest))
    if region is None:
        return
    rgb, classes = texture.level(
        2.0 * texture.shape[0] / (camera.fy * height_m * (ends[0] + ends[1])),
        texture.shape[1] * (cut1 - cut0) / max(u1 - u0, 1.0),
    )
    matrix = _texture_from_pixels(
        raster, ((-dz, dx), (z0, -x0)), (top, height_m), scale, region, classes.shape
    )
    size = (region[1].stop - region[1].start, region[0].stop - region[0].start)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    warped = cv2.warpPerspective(rgb, matrix, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
    if texture.label is not None:
        rows = raster.ray_y[region[0], None]
        mask = (rows >= top * inverse) & (rows <= foot * inverse)
        raster.write(region, mask, warped, texture.label, inverse)
        return
    inside = cv2.warpPerspective(
        classes,
        matrix,
        size,
        flags=cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=TRANSPARENT,
    )
    raster.write(region, inside != TRANSPARENT, warped, inside, inverse)


def _seen_columns(raster: Raster, left: int, inverse: np.ndarray, top: float) -> np.ndarray:
    """Return which columns from `left` on show a wall's top before all that is drawn.

    What hides a wall's top is another wall, which stands on the ground and hides all below.
    """
    camera = raster.camera
    rows = (inverse * np.float32(top * camera.fy) + np.float32(camera.cy + 1)).astype(np.intp)
    np.minimum(np.maximum(rows, 0, out=rows), camera.height - 1, out=rows)
    here = raster.inverse[rows, raster.columns[left : left + len(inverse)]]
    return np.flatnonzero(here < inverse)


def _texture_from_pixels(
    raster: Raster,
    plane: tuple[tuple[float, float], tuple[float, float]],
    upright: tuple[float, float],
    scale: float,
    region: tuple[slice, slice],
    size: tuple[int, ...],
) -> np.ndarray:
    """Return the homography from the region's pixels to texels of an upright plane.

    plane: ((a, b), (c, d)): on the ray (x, y, 1), 1 / z is (a x + b) / scale, and the share
    of the wall's length over z is (c x + d) / scale. upright: the top's y, and the height.
    """
    camera, (rows, columns) = raster.camera, region
    (a, b), (c, d) = plane
    ray_x, ray_y = raster.ray_x[columns.start], raster.ray_y[rows.start]
    inverse = (a / camera.fx / scale, 0.0, (a * ray_x + b) / scale)
    share = (c / camera.fx / scale, 0.0, (c * ray_x + d) / scale)
    top, height_m = upright
    down = (
        -top * inverse[0] / height_m,
        1.0 / camera.fy / height_m,
        (ray_y - top * inverse[2]) / height_m,
    )
    rows_of, columns_of = size
    return np.array(
        [
            [share[i] * columns_of - 0.5 * inverse[i] for i in range(3)],
            [down[i] * rows_of - 0.5 * inverse[i] for i in range(3)],
            inverse,
        ]
    )


def draw_sprite(raster: Raster, foot: np.ndarray, texture: Texture) -> None:
    """Draw a texture upright at its foot, (3,), parallel to the picture."""
    if foot[2] < NEAR_M:
        return
    camera = raster.camera
    across, down = camera.fx / foot[2], camera.fy / foot[2]
    middle, bottom = raster.project(foot)
    low = np.array([middle - 0.5 * texture.width_m * across, bottom - texture.height_m * down])
    high = np.array([middle + 0.5 * texture.width_m * across, bottom])
    region = raster.region(low, high)
    if region is None:
        return
    rows, columns = region
    full_height, full_width = texture.shape
    rgb, classes = texture.level(
        full_height / (texture.height_m * down), full_width / (texture.width_m * across)
    )
    x = classes.shape[1] / (texture.width_m * across)
    y = classes.shape[0] / (texture.height_m * down)
    matrix = np.array(
        [
            [x, 0.0, (columns.start - low[0]) * x - 0.5],
            [0.0, y, (rows.start - low[1]) * y - 0.5],
        ]
    )
    size = (columns.stop - columns.start, rows.stop - rows.start)
    inside = cv2.warpAffine(
        classes,
        matrix,
        size,
        flags=cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    warped = cv2.warpAffine(
        rgb,
        matrix,
        size,
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    raster.write(region, inside != TRANSPARENT, warped, inside, np.float32(1.0 / foot[2]))
