# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""A small rasteriser: colour, class and exact inverse depth of planes, with a depth test."""

from collections.abc import Sequence
import math

import cv2
import numpy as np

from hydranet_ros.sources.frame import Intrinsics

NEAR_M = 0.3
SUBPIXEL = 4


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
        self.columns = np.arange(camera.width)
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

    def region(
        self, low: Sequence[float] | np.ndarray, high: Sequence[float] | np.ndarray
    ) -> tuple[slice, slice] | None:
        """Return the pixels within a box that may reach out of the picture; None where none."""
        left, top = max(math.ceil(low[0]), 0), max(math.ceil(low[1]), 0)
        right = min(math.floor(high[0]), self.camera.width - 1)
        bottom = min(math.floor(high[1]), self.camera.height - 1)
        if left > right or top > bottom:
            return None
        return slice(top, bottom + 1), slice(left, right + 1)

    def write(
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
        region = self.region(corners.min(0) - 1, corners.max(0) + 1)
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
        self.write(region, index > 0, cv2.applyColorMap(index, palette), label, inverse)
