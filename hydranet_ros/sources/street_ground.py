# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The street's ground: sky above, road, pavements and markings, their light and grain."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
import math

import cv2
import numpy as np

from hydranet_ros.sources.street_classes import Class
from hydranet_ros.sources.street_layout import BLOCK_M
from hydranet_ros.sources.street_layout import BUILDING_M
from hydranet_ros.sources.street_layout import Car
from hydranet_ros.sources.street_layout import has_crossing
from hydranet_ros.sources.street_layout import Layout
from hydranet_ros.sources.street_layout import ROAD_M
from hydranet_ros.sources.street_path import CAMERA_HEIGHT_M
from hydranet_ros.sources.street_path import CameraState
from hydranet_ros.sources.street_path import StreetPath
from hydranet_ros.sources.street_raster import clip_near
from hydranet_ros.sources.street_raster import Raster
from hydranet_ros.sources.street_raster import SUBPIXEL
from hydranet_ros.sources.street_surfaces import GROUND_PERIOD_M
from hydranet_ros.sources.street_surfaces import GROUND_PX_PER_M
from hydranet_ros.sources.street_surfaces import make_ground
from hydranet_ros.sources.street_surfaces import make_sky

_ASPHALT, _PAVING, _KERB = (96, 96, 98), (152, 146, 138), (178, 174, 166)
_PAINT, _JOINT = (214, 212, 206), (128, 123, 116)
_GRAIN_TO_M = 26.0
_SHADOW, _FULL_LIGHT = 78, 128
_BLOCKS_AHEAD, _MARKED_BLOCKS, _JOINTED_BLOCKS = 6, 3, 2


@dataclass(frozen=True)
class _Plot:
    """Hold what lies on a block's ground, in the world: quads and lines, float (N, 4 or 2, 3).

    edges: (4, N, 3), the kerb's and the road's left edge, the road's and the kerb's right edge.
    """

    edges: np.ndarray
    paint: np.ndarray
    joints: np.ndarray
    house_shadows: np.ndarray
    car_shadows: np.ndarray


class Ground:
    """Draw what all else stands before: the first layer of a frame."""

    def __init__(self, raster: Raster, path: StreetPath, layout: Layout, seed: int) -> None:
        self._raster, self._path, self._layout = raster, path, layout
        camera = raster.camera
        self.horizon = min(max(math.floor(camera.cy) + 1, 0), camera.height)
        self._sky = make_sky(camera.width + 2 * int(camera.fx), self.horizon, seed)
        self._grain = make_ground(seed)
        self._inverse = (raster.ray_y[self.horizon :, None] / CAMERA_HEIGHT_M).astype(np.float32)
        self._fade = np.clip(1.5 - 1.5 / _GRAIN_TO_M / self._inverse, 0, 1).astype(np.float32)
        shape = (camera.height - self.horizon, camera.width)
        self._light, self._shadow = np.empty(shape, np.uint8), np.empty(shape, np.uint8)
        self._plot = lru_cache(16)(self._lay_out)

    def draw(self, camera: CameraState, cars: Sequence[Car]) -> None:
        """Fill colour, classes and inverse depth of the whole picture."""
        raster, top = self._raster, self.horizon
        turn = int(raster.camera.fx * (1.0 + min(max(camera.yaw, -0.95), 0.95)))
        raster.rgb[:top] = self._sky[:, turn : turn + raster.camera.width]
        raster.classes[:top] = Class.SKY
        raster.inverse[:top] = 0.0
        if top == raster.camera.height:
            return
        raster.rgb[top:] = _PAVING
        raster.classes[top:] = Class.PAVEMENT
        raster.inverse[top:] = self._inverse
        first = math.floor((camera.s - 6.0) / BLOCK_M)
        plots = [self._plot(number) for number in range(first, first + _BLOCKS_AHEAD)]
        edges = camera.to_camera(np.concatenate([plot.edges for plot in plots], axis=1))
        self._joints(camera, plots[:_JOINTED_BLOCKS])
        self._strip(edges[0], edges[3], _KERB, Class.PAVEMENT)
        self._strip(edges[1], edges[2], _ASPHALT, Class.ROAD)
        marked = plots[:_MARKED_BLOCKS]
        paint = camera.to_camera(np.concatenate([plot.paint for plot in marked]))
        cv2.fillPoly(raster.rgb, raster.polygons(paint), _PAINT, shift=SUBPIXEL)
        self._shade(camera, marked, cars)

    def _strip(
        self, left: np.ndarray, right: np.ndarray, colour: tuple[int, int, int], label: Class
    ) -> None:
        polygon = self._raster.polygon(clip_near(np.concatenate([left, right[::-1]])))
        if polygon is not None:
            cv2.fillPoly(self._raster.rgb, [polygon], colour, shift=SUBPIXEL)
            cv2.fillPoly(self._raster.classes, [polygon], (int(label),), shift=SUBPIXEL)

    def _joints(self, camera: CameraState, plots: Sequence[_Plot]) -> None:
        lines = camera.to_camera(np.concatenate([plot.joints for plot in plots]))
        shown = (lines[..., 2] > 1.0).all(1) & (lines[..., 2] < 24.0).all(1)
        pixels = self._raster.project(lines[shown]) * (1 << SUBPIXEL)
        fixed = list(np.rint(pixels).astype(np.int32)[:, :, None])
        cv2.polylines(self._raster.rgb, fixed, False, _JOINT, 1, shift=SUBPIXEL)

    def _shade(self, camera: CameraState, plots: Sequence[_Plot], cars: Sequence[Car]) -> None:
        """Multiply the ground by its grain and the shadows that fall to the right."""
        light, shadow, ground = self._light, self._shadow, self._raster.rgb[self.horizon :]
        cv2.warpPerspective(
            self._grain,
            self._grain_from_pixels(camera),
            (light.shape[1], light.shape[0]),
            dst=light,
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_WRAP,
        )
        shadow[:] = _FULL_LIGHT
        moving = self._quads([_car_shadow(car) for car in cars])
        for quads in (
            np.concatenate([plot.house_shadows for plot in plots]),
            np.concatenate([*(plot.car_shadows for plot in plots), moving]),
        ):
            polygons = self._raster.polygons(camera.to_camera(quads))
            lift = np.array([0, self.horizon << SUBPIXEL], np.int32)
            for polygon in polygons:
                cv2.fillConvexPoly(shadow, polygon - lift, (_SHADOW,), shift=SUBPIXEL)
        cv2.blur(shadow, (5, 5), dst=shadow)
        scaled = (light - np.float32(_FULL_LIGHT)) * self._fade + np.float32(_FULL_LIGHT)
        scaled *= shadow
        cv2.convertScaleAbs(scaled, alpha=1.0 / _FULL_LIGHT, dst=light)
        three = cv2.cvtColor(light, cv2.COLOR_GRAY2RGB)
        cv2.multiply(ground, three, dst=ground, scale=1.0 / _FULL_LIGHT)

    def _grain_from_pixels(self, camera: CameraState) -> np.ndarray:
        """Return the homography from pixels below the horizon to texels of the ground's grain."""
        intrinsics = self._raster.camera
        ray = np.array(
            [
                [1.0 / intrinsics.fx, 0.0, -intrinsics.cx / intrinsics.fx],
                [0.0, 1.0 / intrinsics.fy, (self.horizon - intrinsics.cy) / intrinsics.fy],
                [0.0, 0.0, 1.0],
            ]
        )
        cos, sin = math.cos(camera.yaw), math.sin(camera.yaw)
        inverse = np.array([0.0, 1.0 / CAMERA_HEIGHT_M, 0.0])
        x, z = camera.x % GROUND_PERIOD_M + GROUND_PERIOD_M / 2, camera.z % GROUND_PERIOD_M
        east = np.array([cos, 0.0, sin]) + x * inverse
        north = np.array([-sin, 0.0, cos]) + z * inverse
        return np.array([east * GROUND_PX_PER_M, north * GROUND_PX_PER_M, inverse]) @ ray

    def _lay_out(self, number: int) -> _Plot:
        start, end = number * BLOCK_M, (number + 1) * BLOCK_M
        steps = np.linspace(start, end, 20, endpoint=False)
        kerb = ROAD_M + 0.2
        edges = [self._path.place(steps, side, 0.0) for side in (-kerb, -ROAD_M, ROAD_M, kerb)]
        across = np.arange(start, end)
        along = np.arange(start, end, 2.0)
        joints = []
        for side in (-1, 1):
            joints += [[(s, side * kerb), (s, side * BUILDING_M)] for s in across]
            joints += [[(s, side * 7.5), (s + 2.0, side * 7.5)] for s in along]
        lines = np.array(joints)
        houses = [
            _quad(house.s0 - 1, house.s1 - 1, -BUILDING_M - 1, -BUILDING_M + 0.42 * house.height)
            for house in self._layout.block(number, -1).houses
        ]
        cars = [
            _car_shadow(car) for side in (-1, 1) for car in self._layout.block(number, side).cars
        ]
        return _Plot(
            np.array(edges),
            self._quads(_markings(number)),
            self._path.place(lines[..., 0], lines[..., 1], 0.0),
            self._quads(houses),
            self._quads(cars),
        )

    def _quads(self, places: Sequence[np.ndarray]) -> np.ndarray:
        found = np.array(places).reshape(-1, 4, 2)
        return self._path.place(found[..., 0], found[..., 1], 0.0)


def _markings(number: int) -> list[np.ndarray]:
    """Return the painted quads, (4, 2) places each, of a block."""
    start, end = number * BLOCK_M, (number + 1) * BLOCK_M
    quads = []
    if has_crossing(number):
        bars = np.arange(-3.2, 3.2, 1.0)
        quads += [_quad(start, start + 4.0, bar, bar + 0.5) for bar in bars]
        start += 6.0
    quads += [_quad(s, s + 3.2, -0.07, 0.07) for s in np.arange(start, end - 3.0, 6.4)]
    for side in (-1, 1):
        edges = np.linspace(number * BLOCK_M, end, 6)
        for s0, s1 in pairwise(edges):
            quads.append(_quad(s0, s1, side * 3.5, side * 3.6))
            quads.append(_quad(s0, s0 + 0.1, side * 3.6, side * 5.6))
    return quads


def _car_shadow(car: Car) -> np.ndarray:
    return _quad(car.s - 2.3, car.s + 2.1, car.lateral - 0.9, car.lateral + 1.3)


def _quad(s0: float, s1: float, left: float, right: float) -> np.ndarray:
    return np.array([(s0, left), (s1, left), (s1, right), (s0, right)])
