# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Who moves on the street: people, bicyclists and cars, known for any time."""

from dataclasses import replace
from functools import lru_cache
import math

from hydranet_ros.sources.street_cars import PAINTS
from hydranet_ros.sources.street_cars import SHAPES
from hydranet_ros.sources.street_layout import BLOCK_M
from hydranet_ros.sources.street_layout import Car
from hydranet_ros.sources.street_layout import has_crossing
from hydranet_ros.sources.street_layout import Kind
from hydranet_ros.sources.street_layout import number_random
from hydranet_ros.sources.street_layout import Standing
from hydranet_ros.sources.street_path import LANE_CENTRE_M
from hydranet_ros.sources.street_sprites import BICYCLISTS
from hydranet_ros.sources.street_sprites import PEOPLE
from hydranet_ros.sources.street_sprites import PHASES


class Traffic:
    """Invent all that moves on the street of a seed."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._walker = lru_cache(256)(self._invent_walker)
        self._rider = lru_cache(64)(self._invent_rider)
        self._driver = lru_cache(64)(self._invent_driver)

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
        random = number_random(self._seed, k, direction, 41)
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
        random = number_random(self._seed, k, direction, 42)
        s, variant = k * 38.0 + random.uniform(8, 30), int(random.integers(BICYCLISTS))
        return Standing(Kind.BICYCLIST, variant, s, direction * 3.2)

    def cars(self, seconds: float, camera_s: float, s1: float) -> list[Car]:
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
        random = number_random(self._seed, k, direction, 44)
        shape, paint = int(random.integers(len(SHAPES))), int(random.integers(len(PAINTS)))
        s = k * 46.0 + random.uniform(0, 38)
        return Car(shape, paint, s, direction * LANE_CENTRE_M, direction)
