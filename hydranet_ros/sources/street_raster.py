# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""A small rasteriser: colour, class and exact inverse depth of planes, with a depth test."""

from collections.abc import Sequence
import math

import cv2
import numpy as np

from hydranet_ros.sources.frame import Intrinsics

NEAR_M = 0.3
TRANSPARENT = 255
SUBPIXEL = 4


class Texture:
    """Hold a picture of width_m x height_m metres, its classes, and halved copies of both.

    rgb: uint8 (H, W, 3). classes: uint8 (H, W), TRANSPARENT = nothing there.
    """

    def __init__(
        self, rgb: np.ndarray, classes: np.ndarray, width_m: float, height_m: float
    ) -> None:
        self.width_m, self.height_m = width_m, height_m
        self.shape = classes.shape
        first = int(classes.flat[0])
        self.label = first if first != TRANSPARENT and (classes == first).all() else None
        self._levels = {(0, 0): (rgb, classes)}

    def level(
        self, rows_per_pixel: float, columns_per_pixel: float
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return colour and classes in the copy whose texels are about as large as a pixel."""
        down, across = _halvings(rows_per_pixel), _halvings(columns_per_pixel)
        found = self._levels.get((down, across))
        if found is None:
            rgb, classes = self._levels[0, 0]
            size = (max(self.shape[1] >> across, 1), max(self.shape[0] >> down, 1))
            found = (
                cv2.resize(rgb, size, interpolation=cv2.INTER_AREA),
                cv2.resize(classes, size, interpolation=cv2.INTER_NEAREST),
            )
            self._levels[down, across] = found
        return found


def _halvings(texels_per_pixel: float) -> int:
    return min(max(round(math.log2(max(texels_per_pixel, 1e-3))), 0), 6)


def clip_near(points: np.ndarray) -> np.ndarray:
    """Cut a polygon, float (N, 3) in the optical frame, at the near plane (may return (0, 3))."""
    inside = points[:, 2] >= NEAR_M
    if inside.all():
        return points
    if not inside.any():
        return points[:0]
    following = np.roll(points, -1, axis=0)
    crosses = inside != np.roll(inside, -1)
    out = []
    for here, there, keep, cross in zip(points, following, inside, crosses, strict=True):
        if keep:
            out.append(here)
        if cross:
            share = (NEAR_M - here[2]) / (there[2] - here[2])
            out.append(here + share * (there - here))
    return np.array(out)


class Raster:
    """Draw planes into colour, class and inverse depth (1 / metres, 0 = infinitely far)."""

    def __init__(self, camera: Intrinsics) -> None:
        self.camera = camera
        shape = (camera.height, camera.width)
        self.rgb = np.empty((*shape, 3), np.uint8)
        self.classes = np.empty(shape, np.uint8)
        self.inverse = np.empty(shape, np.float32)
        self._columns = np.arange(camera.width)
        self.ray_x = ((np.arange(camera.width) - camera.cx) / camera.fx).astype(np.float64)
        self.ray_y = ((np.arange(camera.height) - camera.cy) / camera.fy).astype(np.float64)

    def project(self, points: np.ndarray) -> np.ndarray:
        """Return pixels, float (..., 2), of points (..., 3) in front of the camera."""
        pixels = points[..., :2] / points[..., 2:]
        return pixels * (self.camera.fx, self.camera.fy) + (self.camera.cx, self.camera.cy)

    def polygon(self, points: np.ndarray) -> np.ndarray | None:
        """Return int32 (N, 1, 2) for OpenCV's fills at 1/16 pixel; None where out of sight."""
        points = clip_near(points)
        if len(points) < 3:
            return None
        pixels = self.project(points)
        low, high = pixels.min(0), pixels.max(0)
        if high[0] < 0 or high[1] < 0:
            return None
        if low[0] >= self.camera.width or low[1] >= self.camera.height:
            return None
        fixed = np.clip(pixels * (1 << SUBPIXEL), -(2**26), 2**26)
        return np.rint(fixed).astype(np.int32)[:, None]

    def polygons(self, points: np.ndarray) -> list[np.ndarray]:
        """Return what polygon() does of many polygons of one size, float (M, N, 3), seen ones."""
        ahead = points[..., 2] >= NEAR_M
        whole = ahead.all(1)
        pixels = self.project(points[whole])
        low, high = pixels.min(1), pixels.max(1)
        camera = self.camera
        seen = (high >= 0).all(1) & (low[:, 0] < camera.width) & (low[:, 1] < camera.height)
        fixed = np.rint(pixels[seen] * (1 << SUBPIXEL)).astype(np.int32)[:, :, None]
        out = list(fixed)
        for cut in points[ahead.any(1) & ~whole]:
            polygon = self.polygon(cut)
            if polygon is not None:
                out.append(polygon)
        return out

    def _region(
        self, low: Sequence[float] | np.ndarray, high: Sequence[float] | np.ndarray
    ) -> tuple[slice, slice] | None:
        """Return the pixels within a box that may reach out of the picture; None where none."""
        left, top = max(math.ceil(low[0]), 0), max(math.ceil(low[1]), 0)
        right = min(math.floor(high[0]), self.camera.width - 1)
        bottom = min(math.floor(high[1]), self.camera.height - 1)
        if left > right or top > bottom:
            return None
        return slice(top, bottom + 1), slice(left, right + 1)

    def _write(
        self,
        region: tuple[slice, slice],
        mask: np.ndarray,
        rgb: np.ndarray,
        classes: np.ndarray | int,
        inverse: np.ndarray | np.floating,
    ) -> None:
        """Write a region where the mask holds and nothing nearer is there."""
        mask &= inverse > self.inverse[region]
        cv2.copyTo(rgb, mask.view(np.uint8), self.rgb[region])
        np.copyto(self.classes[region], classes, where=mask, casting='unsafe')
        np.copyto(self.inverse[region], inverse, where=mask)

    def wall(self, start: np.ndarray, end: np.ndarray, height_m: float, texture: Texture) -> None:
        """Draw an upright plane over the ground from start to end, both (3,), left to right.

        Draw walls first, near ones before far ones: hidden ones then cost next to nothing.
        """
        camera = self.camera
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
        inverse = ((dx - self.ray_x[left : right + 1] * dz) / scale).astype(np.float32)
        seen = self._seen_columns(left, inverse, top)
        if not len(seen):
            return
        inverse = inverse[seen[0] : seen[-1] + 1]
        left += int(seen[0])
        ends = float(inverse[0]), float(inverse[-1])
        highest = camera.cy + camera.fy * top * (max(ends) if top < 0 else min(ends))
        lowest = camera.cy + camera.fy * foot * max(ends)
        region = self._region((left, highest), (left + len(inverse) - 1, lowest))
        if region is None:
            return
        rgb, classes = texture.level(
            2.0 * texture.shape[0] / (camera.fy * height_m * (ends[0] + ends[1])),
            texture.shape[1] * (cut1 - cut0) / max(u1 - u0, 1.0),
        )
        matrix = self._texture_from_pixels(
            ((-dz, dx), (z0, -x0)), (top, height_m), scale, region, classes.shape
        )
        size = (region[1].stop - region[1].start, region[0].stop - region[0].start)
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        warped = cv2.warpPerspective(
            rgb, matrix, size, flags=flags, borderMode=cv2.BORDER_REPLICATE
        )
        if texture.label is not None:
            rows = self.ray_y[region[0], None]
            mask = (rows >= top * inverse) & (rows <= foot * inverse)
            self._write(region, mask, warped, texture.label, inverse)
            return
        inside = cv2.warpPerspective(
            classes,
            matrix,
            size,
            flags=cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_CONSTANT,
            borderValue=TRANSPARENT,
        )
        self._write(region, inside != TRANSPARENT, warped, inside, inverse)

    def _seen_columns(self, left: int, inverse: np.ndarray, top: float) -> np.ndarray:
        """Return which columns from `left` on show a wall's top before all that is drawn.

        What hides a wall's top is another wall, which stands on the ground and hides all below.
        """
        camera = self.camera
        rows = (inverse * np.float32(top * camera.fy) + np.float32(camera.cy + 1)).astype(np.intp)
        np.minimum(np.maximum(rows, 0, out=rows), camera.height - 1, out=rows)
        here = self.inverse[rows, self._columns[left : left + len(inverse)]]
        return np.flatnonzero(here < inverse)

    def _texture_from_pixels(
        self,
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
        camera, (rows, columns) = self.camera, region
        (a, b), (c, d) = plane
        ray_x, ray_y = self.ray_x[columns.start], self.ray_y[rows.start]
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

    def sprite(self, foot: np.ndarray, texture: Texture) -> None:
        """Draw a texture upright at its foot, (3,), parallel to the picture."""
        if foot[2] < NEAR_M:
            return
        camera = self.camera
        across, down = camera.fx / foot[2], camera.fy / foot[2]
        middle, bottom = self.project(foot)
        low = np.array([middle - 0.5 * texture.width_m * across, bottom - texture.height_m * down])
        high = np.array([middle + 0.5 * texture.width_m * across, bottom])
        region = self._region(low, high)
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
        self._write(region, inside != TRANSPARENT, warped, inside, np.float32(1.0 / foot[2]))

    def solid(self, points: np.ndarray, colours: np.ndarray, label: int) -> None:
        """Draw the flat convex faces of one thing, later over earlier, turned-away ones left out.

        points: float (F, N, 3) in the optical frame, seen clockwise; faces with fewer corners
        repeat their last. colours: uint8 (F, 3), F < 255.
        """
        first = points[:, 0]
        a, b = points[:, 1] - first, points[:, 2] - first
        normals = np.empty_like(first)
        for axis in range(3):
            i, j = (axis + 1) % 3, (axis + 2) % 3
            normals[:, axis] = a[:, i] * b[:, j] - a[:, j] * b[:, i]
        distance = np.einsum('ij,ij->i', normals, first)
        facing = (distance < -1e-6) & (points[..., 2] >= NEAR_M).any(1)
        points, colours = points[facing], colours[facing]
        if not len(points):
            return
        whole = bool((points[..., 2] >= NEAR_M).all())
        outlines = [points] if whole else [clip_near(face)[None] for face in points]
        pixels = [self.project(outline) for outline in outlines]
        corners = np.concatenate([outline.reshape(-1, 2) for outline in pixels])
        region = self._region(corners.min(0) - 1, corners.max(0) + 1)
        if region is None:
            return
        rows, columns = region
        if self.inverse[region].min() > 1.0 / max(float(points[..., 2].min()), NEAR_M):
            return
        index = np.zeros((rows.stop - rows.start, columns.stop - columns.start), np.uint8)
        number = 0
        for outline in pixels:
            shifted = (outline - (columns.start, rows.start)) * (1 << SUBPIXEL)
            for face in np.rint(np.clip(shifted, -(2**26), 2**26)).astype(np.int32):
                number += 1
                cv2.fillConvexPoly(index, face, (number,), shift=SUBPIXEL)
        planes = np.zeros((number + 1, 3), np.float32)
        planes[1:] = normals[facing] / distance[facing, None]
        palette = np.zeros((256, 1, 3), np.uint8)
        palette[1 : number + 1, 0] = colours
        inverse = planes[:, 0][index] * self.ray_x[columns].astype(np.float32)
        inverse += planes[:, 1][index] * self.ray_y[rows, None].astype(np.float32)
        inverse += planes[:, 2][index]
        self._write(region, index > 0, cv2.applyColorMap(index, palette), label, inverse)
