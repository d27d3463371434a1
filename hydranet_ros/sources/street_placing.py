# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""From the plan of the street to planes, solids and sprites in the world."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
import math

import numpy as np

from hydranet_ros.sources import street_sprites
from hydranet_ros.sources import street_surfaces
from hydranet_ros.sources.street_cars import car_faces
from hydranet_ros.sources.street_cars import SHAPES
from hydranet_ros.sources.street_classes import Class
from hydranet_ros.sources.street_layout import Block
from hydranet_ros.sources.street_layout import BUILDING_M
from hydranet_ros.sources.street_layout import Car
from hydranet_ros.sources.street_layout import Garden
from hydranet_ros.sources.street_layout import House
from hydranet_ros.sources.street_layout import Kind
from hydranet_ros.sources.street_layout import Layout
from hydranet_ros.sources.street_layout import Standing
from hydranet_ros.sources.street_path import StreetPath
from hydranet_ros.sources.street_texture import Texture

_SUNNY = {-1: 0.74, 1: 1.06}
_ROOFS = ((122, 66, 50), (88, 84, 84), (104, 72, 58))
_SIDE_LIGHT = 0.86


@dataclass(frozen=True)
class Walls:
    """Hold a block's upright planes: ends in the world, (N, 2, 3), left one first."""

    ends: np.ndarray
    textures: tuple[Texture, ...]


@dataclass(frozen=True)
class Solid:
    """Hold one thing's faces in the world, (F, N, 3), and which are small."""

    points: np.ndarray
    colours: np.ndarray
    detail: np.ndarray
    label: int
    s: float


@dataclass(frozen=True)
class Sprites:
    """Hold feet in the world, (N, 3), and what stands on them."""

    feet: np.ndarray
    textures: tuple[Texture, ...]


@dataclass(frozen=True)
class PlacedBlock:
    """Hold all that stands on one side of a block."""

    walls: Walls
    roofs: tuple[Solid, ...]
    sprites: Sprites
    cars: tuple[Solid, ...]


class Placing:
    """Place the things of a layout along a path, with textures that are drawn once."""

    def __init__(self, path: StreetPath, layout: Layout, seed: int) -> None:
        self._path, self._layout, self._seed = path, layout, seed
        self._facade = lru_cache(64)(street_surfaces.make_facade)
        self._side_wall = lru_cache(16)(street_surfaces.make_side_wall)
        self._hedge = lru_cache(2)(street_surfaces.make_hedge)
        self._fence = lru_cache(4)(street_surfaces.make_fence)
        self._sprite = lru_cache(None)(self._draw_sprite)
        self.block = lru_cache(32)(self._build)

    def _build(self, number: int, side: int) -> PlacedBlock:
        block = self._layout.block(number, side)
        roofs = tuple(self._roof(house) for house in block.houses if house.roofed)
        cars = tuple(self.cars(block.cars))
        return PlacedBlock(self._walls(block), roofs, self.sprites(block.standing), cars)

    def _walls(self, block: Block) -> Walls:
        places: list[np.ndarray] = []
        textures: list[Texture] = []
        height_before, end_before = 0.0, math.nan
        for house in block.houses:
            light = _SUNNY[house.side]
            if house.height > height_before or house.s0 != end_before:
                side_wall = self._side_wall(house.style, house.height, _SIDE_LIGHT, self._seed)
                places.append(_ends(house.s0, house.s0, house.side, BUILDING_M, BUILDING_M + 8.0))
                textures.append(side_wall)
            places.append(_ends(house.s0, house.s1, house.side, BUILDING_M, BUILDING_M))
            textures.append(self._facade(house.style, house.bays, house.floors, light, self._seed))
            height_before, end_before = house.height, house.s1
        for garden in block.gardens:
            for ends, texture in self._garden(garden):
                places.append(ends)
                textures.append(texture)
        found = np.array(places)
        return Walls(self._path.place(found[..., 0], found[..., 1], 0.0), tuple(textures))

    def _garden(self, garden: Garden) -> list[tuple[np.ndarray, Texture]]:
        light, side = _SUNNY[garden.side], garden.side
        hedge, fence = self._hedge(self._seed, light), self._fence(garden.style, light)
        out = []
        for lateral, texture in ((BUILDING_M, fence), (BUILDING_M + 1.6, hedge)):
            parts = max(round((garden.s1 - garden.s0) / texture.width_m), 1)
            stops = np.linspace(garden.s0, garden.s1, parts + 1)
            for s0, s1 in pairwise(stops):
                out.append((_ends(s0, s1, side, lateral, lateral), texture))
        return out

    def _roof(self, house: House) -> Solid:
        side, eave, ridge = house.side, -house.height, -house.height - 2.6
        ends = np.array([house.s0 - 0.2, house.s1 + 0.2])
        # Both reach behind the walls' upper edges, so that no sky shows between.
        front = self._path.place(ends, side * BUILDING_M, eave + 0.3)
        top = self._path.place(ends, side * (BUILDING_M + 4.0), ridge)
        lateral = np.array([BUILDING_M + 8.0, BUILDING_M, BUILDING_M + 4.0, BUILDING_M + 4.0])
        heights = np.array([eave + 0.4, eave + 0.4, ridge, ridge])
        gable = self._path.place(house.s0, side * lateral, heights)
        slope = np.array([front[0], front[1], top[1], top[0]])
        if side > 0:
            gable, slope = gable[[2, 1, 0, 0]], slope[::-1]
        wall = np.array(street_surfaces.WALLS[house.style]) * _SIDE_LIGHT
        tiles = np.array(_ROOFS[house.style % len(_ROOFS)]) * _SUNNY[side]
        return Solid(
            np.array([gable, slope]),
            np.array([wall, tiles]).astype(np.uint8),
            np.zeros(2, bool),
            Class.BUILDING,
            house.s1,
        )

    def cars(self, cars: Iterable[Car]) -> list[Solid]:
        """Return the solids of cars."""
        out = []
        for car in cars:
            corners, colours, detail = car_faces(SHAPES[car.shape], car.paint)
            place = np.array(car.s)
            heading = float(self._path.heading(place)) + (math.pi if car.direction < 0 else 0.0)
            cos, sin = math.cos(heading), math.sin(heading)
            turn = np.array([[cos, 0.0, -sin], [0.0, 1.0, 0.0], [sin, 0.0, cos]])
            points = corners @ turn + self._path.place(place, np.array(car.lateral), 0.0)
            out.append(Solid(points, colours, detail, Class.CAR, car.s))
        return out

    def sprites(self, things: Iterable[Standing]) -> Sprites:
        """Return the sprites of things and people."""
        things = list(things)
        s = np.array([thing.s for thing in things])
        lateral = np.array([thing.lateral for thing in things])
        textures = [self._sprite(thing.kind, thing.variant, thing.phase) for thing in things]
        return Sprites(self._path.place(s, lateral, 0.0), tuple(textures))

    def _draw_sprite(self, kind: Kind, variant: int, phase: int) -> Texture:
        if kind is Kind.TREE:
            return street_sprites.make_tree(variant, self._seed)
        if kind is Kind.PERSON:
            return street_sprites.make_person(variant, phase, self._seed)
        if kind is Kind.BICYCLIST:
            return street_sprites.make_bicyclist(variant, self._seed)
        if kind is Kind.SIGN:
            return street_sprites.make_sign(variant)
        return street_sprites.make_lamp(1 if variant else -1)


def _ends(s0: float, s1: float, side: int, lateral0: float, lateral1: float) -> np.ndarray:
    """Return the places (2, 2) of a plane's ends, left one first for who drives along."""
    ends = [(s0, side * lateral0), (s1, side * lateral1)]
    flips = (side < 0) == (s0 == s1)
    return np.array(ends[::-1] if flips else ends)
