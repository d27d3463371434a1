# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""What stands along the street and who moves on it, known for any place and any time."""

from dataclasses import dataclass
from enum import Enum

import numpy as np

from hydranet_ros.sources.street_cars import PAINTS
from hydranet_ros.sources.street_cars import SHAPES
from hydranet_ros.sources.street_sprites import SIGNS
from hydranet_ros.sources.street_sprites import TREES
from hydranet_ros.sources.street_surfaces import BAY_M
from hydranet_ros.sources.street_surfaces import FLOOR_M
from hydranet_ros.sources.street_surfaces import STYLES

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


def number_random(seed: int, number: int, *purpose: int) -> np.random.Generator:
    """Return the random numbers of one block, walker or car, whatever was drawn before."""
    return np.random.default_rng([seed, number + 2**20, *(p + 2 for p in purpose)])


class Layout:
    """Invent the street of a seed, block by block."""

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def block(self, number: int, side: int) -> Block:
        """Return one side of a block; number may be negative."""
        random = number_random(self._seed, number, side, 31)
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
