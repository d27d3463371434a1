# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Put the street's houses, cars and people before the camera."""

from collections.abc import Iterable
import math

import numpy as np

from hydranet_ros.sources.street_layout import BLOCK_M
from hydranet_ros.sources.street_layout import Car
from hydranet_ros.sources.street_path import CameraState
from hydranet_ros.sources.street_placing import Placing
from hydranet_ros.sources.street_placing import Solid
from hydranet_ros.sources.street_placing import Sprites
from hydranet_ros.sources.street_placing import Walls
from hydranet_ros.sources.street_raster import NEAR_M
from hydranet_ros.sources.street_raster import Raster
from hydranet_ros.sources.street_traffic import Traffic
from hydranet_ros.sources.street_upright import draw_sprite
from hydranet_ros.sources.street_upright import draw_wall

CARS_TO_M = 95.0
_HOUSES_TO_M, _THINGS_TO_M, _DETAIL_TO_M = 160.0, 75.0, 40.0
_REACH_M = 14.0


class Scene:
    """Draw all that stands on the ground."""

    def __init__(self, raster: Raster, placing: Placing, traffic: Traffic) -> None:
        self._raster, self._placing, self._traffic = raster, placing, traffic
        self._half_view = (raster.camera.cx + 1.0) / raster.camera.fx

    def draw(self, camera: CameraState, seconds: float, cars: Iterable[Car]) -> None:
        """Draw what the camera sees at a time, seconds after the first frame."""
        first = math.floor((camera.s - 6) / BLOCK_M)
        last = math.floor((camera.s + _HOUSES_TO_M) / BLOCK_M)
        numbers = range(first, last + 1)
        blocks = [self._placing.block(number, side) for number in numbers for side in (-1, 1)]
        for block in blocks:
            self._draw_walls(camera, block.walls)
            self._draw_solids(camera, block.roofs, _HOUSES_TO_M)
        for block in blocks[: 2 * math.ceil(CARS_TO_M / BLOCK_M) + 2]:
            self._draw_sprites(camera, block.sprites)
            self._draw_solids(camera, block.cars, CARS_TO_M)
        s0, s1 = camera.s, camera.s + _THINGS_TO_M
        self._draw_solids(camera, self._placing.cars(cars), CARS_TO_M)
        people = self._traffic.people(seconds, s0, s1)
        riders = self._traffic.bicyclists(seconds, s0, s1)
        self._draw_sprites(camera, self._placing.sprites([*people, *riders]))

    def _draw_walls(self, camera: CameraState, walls: Walls) -> None:
        ends = camera.to_camera(walls.ends)
        seen = self._in_view(ends[:, 0], ends[:, 1])
        for (left, right), texture, show in zip(ends, walls.textures, seen, strict=True):
            if show:
                draw_wall(self._raster, left, right, texture)

    def _in_view(self, left: np.ndarray, right: np.ndarray) -> np.ndarray:
        """Tell which planes, ends (N, 3), face the camera and reach into its picture's width."""
        intrinsics = self._raster.camera
        low = -(intrinsics.cx + 1) / intrinsics.fx
        high = (intrinsics.width - intrinsics.cx) / intrinsics.fx
        facing = left[:, 2] * right[:, 0] - left[:, 0] * right[:, 2] > 0
        ahead = np.maximum(left[:, 2], right[:, 2]) > NEAR_M
        not_left = (right[:, 0] > low * right[:, 2]) | (left[:, 0] > low * left[:, 2])
        not_right = (right[:, 0] < high * right[:, 2]) | (left[:, 0] < high * left[:, 2])
        return facing & ahead & not_left & not_right

    def _draw_solids(self, camera: CameraState, solids: Iterable[Solid], far: float) -> None:
        for solid in solids:
            ahead = solid.s - camera.s
            if not (-5.0 < ahead < far and self._near_view(camera, solid.points[0, 0])):
                continue
            points, colours = solid.points, solid.colours
            if ahead > _DETAIL_TO_M:
                points, colours = points[~solid.detail], colours[~solid.detail]
            self._raster.solid(camera.to_camera(points), colours, solid.label)

    def _near_view(self, camera: CameraState, point: np.ndarray) -> bool:
        """Tell whether something within _REACH_M of a world point, (3,), could be seen."""
        cos, sin = math.cos(camera.yaw), math.sin(camera.yaw)
        x, z = float(point[0]) - camera.x, float(point[2]) - camera.z
        aside, ahead = abs(cos * x - sin * z), sin * x + cos * z
        return aside - _REACH_M < (ahead + _REACH_M) * self._half_view

    def _draw_sprites(self, camera: CameraState, sprites: Sprites) -> None:
        feet = camera.to_camera(sprites.feet)
        for foot, texture in zip(feet, sprites.textures, strict=True):
            if 0.5 < foot[2] < _THINGS_TO_M:
                draw_sprite(self._raster, foot, texture)
