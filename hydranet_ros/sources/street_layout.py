# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""What stands along the street and who moves on it, known for any place and any time."""

from dataclasses import dataclass
from dataclasses import replace
from enum import Enum
from functools import lru_cache
import math

import numpy as np

from hydranet_ros.sources.street_cars import PAINTS
from hydranet_ros.sources.street_cars import SHAPES
from hydranet_ros.sources.street_path import LANE_CENTRE_M
from hydranet_ros.sources.street_sprites import BICYCLISTS
from hydranet_ros.sources.street_sprites import PEOPLE
from hydranet_ros.sources.street_sprites import PHASES
from hydranet_ros.sources.street_sprites import SIGNS
from hydranet_ros.sources.street_sprites import TREES
from hydranet_ros.sources.street_textures import BAY_M
from hydranet_ros.sources.street_textures import FLOOR_M
from hydranet_ros.sources.street_textures import STYLES

ROAD_M = 5.7
PARKING_M = 4.6
BUILDING_M = 9.4
BLOCK_M = 32.0
CROSSING_EVERY = 4


class Kind(Enum):
    """Name the sprites."""

    TREE = 'tree'
    PERSON = 'person'
    BICYCLIST = 'bicyclist'
    SIGN = 'sign'
    LAMP = 'lamp'


@dataclass(frozen=True)
class House:
    """Place a house front from s0 to s1 (metres along the street) on one side (-1 left, 1)."""

    s0: float
    s1: float
    side: int
    style: int
    bays: int
    floors: int
    roofed: bool

    @property
    def height(self) -> float:
        """Return the height of the front, metres."""
        return self.floors * FLOOR_M + 0.5


@dataclass(frozen=True)
class Garden:
    """Place a gap between houses: a fence with a hedge behind."""

    s0: float
    s1: float
    side: int
    style: int


@dataclass(frozen=True)
class Standing:
    """Place a sprite at (s, lateral) in metres."""

    kind: Kind
    variant: int
    s: float
    lateral: float
    phase: int = 0


@dataclass(frozen=True)
class Car:
    """Place a car at (s, lateral); direction 1 goes our way, -1 comes towards us."""

    shape: int
    paint: int
    s: float
    lateral: float
    direction: int


@dataclass(frozen=True)
class Block:
    """Hold all that does not move on BLOCK_M metres of one side."""

    houses: tuple[House, ...]
    gardens: tuple[Garden, ...]
    standing: tuple[Standing, ...]
    cars: tuple[Car, ...]


def has_crossing(block: int) -> bool:
    """Tell whether a pedestrian crossing lies at the start of a block."""
    return block % CROSSING_EVERY == 2


class Layout:
    """Invent the street of a seed, block by block."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._walker = lru_cache(256)(self._invent_walker)
        self._rider = lru_cache(64)(self._invent_rider)
        self._driver = lru_cache(64)(self._invent_driver)

    def _random(self, number: int, *purpose: int) -> np.random.Generator:
        return np.random.default_rng([self._seed, number + 2**20, *(p + 2 for p in purpose)])

    def block(self, number: int, side: int) -> Block:
        """Return one side of a block; number may be negative."""
        random = self._random(number, side, 31)
        start = number * BLOCK_M
        houses, gardens = self._plots(random, start, side)
        clear = has_crossing(number)
        standing = [
            Standing(Kind.LAMP, 0 if side < 0 else 1, start + 4.0 + 9 * (side > 0), side * 6.1)
        ]
        if random.random() < 0.75:
            place = start + random.uniform(7, 9)
            standing.append(Standing(Kind.SIGN, int(random.integers(SIGNS)), place, side * 6.2))
        for s in (16.0, 27.0):
            if random.random() < 0.7:
                place = start + s + random.uniform(-1.5, 1.5)
                standing.append(
                    Standing(Kind.TREE, int(random.integers(TREES)), place, side * 6.5)
                )
        cars = []
        for slot in range(5):
            if random.random() < 0.55 and not (clear and slot == 0):
                cars.append(
                    Car(
                        int(random.integers(len(SHAPES))),
                        int(random.integers(len(PAINTS))),
                        start + 3.2 + 6.4 * slot + random.uniform(-0.4, 0.4),
                        side * PARKING_M,
                        side,
                    )
                )
        return Block(houses, gardens, tuple(standing), tuple(cars))

    def _plots(
        self, random: np.random.Generator, start: float, side: int
    ) -> tuple[tuple[House, ...], tuple[Garden, ...]]:
        houses: list[House] = []
        gardens: list[Garden] = []
        s, end = start, start + BLOCK_M
        garden_at = int(random.integers(4))
        while end - s > 0.5:
            room = int((end - s + 0.01) / BAY_M)
            if len(houses) + len(gardens) == garden_at and room >= 2:
                length = BAY_M * int(random.integers(2, 4)) if room >= 3 else end - s
                gardens.append(Garden(s, s + length, side, int(random.integers(2))))
                s += length
                continue
            bays = room if room <= 4 else int(random.integers(2, 5))
            if room - bays == 1:
                bays -= 1
            houses.append(
                House(
                    s,
                    s + bays * BAY_M,
                    side,
                    int(random.integers(STYLES)),
                    bays,
                    int(random.integers(2, 6)),
                    bool(random.random() < 0.5),
                )
            )
            s += bays * BAY_M
        return tuple(houses), tuple(gardens)

    def people(self, seconds: float, s0: float, s1: float) -> list[Standing]:
        """Return the people between s0 and s1: standing, walking, and crossing the street."""
        out = []
        for direction, speed in ((1, 1.25), (-1, 1.35), (0, 0.0)):
            shift, every = direction * speed * seconds, 13.0
            for k in range(math.floor((s0 - shift) / every), math.ceil((s1 - shift) / every) + 1):
                who = self._walker(k, direction)
                if s0 <= who.s + shift <= s1 and who.phase >= 0:
                    phase = (int(seconds * 5) + k) % PHASES if direction else 3
                    out.append(replace(who, s=who.s + shift, phase=phase))
        for number in range(math.floor(s0 / BLOCK_M), math.ceil(s1 / BLOCK_M) + 1):
            if has_crossing(number):
                walk = (seconds * 1.3 + number * 5.0) % 18.0 - 8.5
                phase = int(seconds * 5) % PHASES
                s = number * BLOCK_M + 2.0
                if s0 + 6 <= s <= s1:
                    out.append(Standing(Kind.PERSON, number % PEOPLE, s, walk, phase))
        return out

    def _invent_walker(self, k: int, direction: int) -> Standing:
        """Return somebody's place at the time 0; phase -1: nobody is there."""
        random = self._random(k, direction, 41)
        side = 1 if random.random() < 0.5 else -1
        s, lateral = k * 13.0 + random.uniform(0, 13.0), side * random.uniform(6.7, 8.8)
        there = 0 if random.random() < 0.75 else -1
        return Standing(Kind.PERSON, int(random.integers(PEOPLE)), s, lateral, there)

    def bicyclists(self, seconds: float, s0: float, s1: float) -> list[Standing]:
        """Return the bicyclists between s0 and s1, in both directions."""
        out = []
        for direction, speed in ((1, 4.2), (-1, 4.8)):
            shift, every = direction * speed * seconds, 38.0
            for k in range(math.floor((s0 - shift) / every), math.ceil((s1 - shift) / every) + 1):
                who = self._rider(k, direction)
                if s0 <= who.s + shift <= s1:
                    out.append(replace(who, s=who.s + shift))
        return out

    def _invent_rider(self, k: int, direction: int) -> Standing:
        random = self._random(k, direction, 42)
        s, variant = k * 38.0 + random.uniform(8, 30), int(random.integers(BICYCLISTS))
        return Standing(Kind.BICYCLIST, variant, s, direction * 3.2)

    def traffic(self, seconds: float, camera_s: float, s1: float) -> list[Car]:
        """Return the driving cars: one ahead of the camera, and those that come towards it."""
        ahead = camera_s + 21.0 + 6.0 * math.sin(0.21 * seconds)
        out = [replace(self._driver(0, 1), s=ahead, lateral=LANE_CENTRE_M)]
        shift, every = -8.5 * seconds, 46.0
        for k in range(math.floor((camera_s - shift) / every), math.ceil((s1 - shift) / every)):
            car = self._driver(k, -1)
            if camera_s - 4 <= car.s + shift <= s1:
                out.append(replace(car, s=car.s + shift))
        return out

    def _invent_driver(self, k: int, direction: int) -> Car:
        random = self._random(k, direction, 44)
        shape, paint = int(random.integers(len(SHAPES))), int(random.integers(len(PAINTS)))
        s = k * 46.0 + random.uniform(0, 38)
        return Car(shape, paint, s, direction * LANE_CENTRE_M, direction)
