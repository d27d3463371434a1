# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Sprites of trees, people, bicyclists, signs and lamps, drawn once and kept."""

import math

import cv2
import numpy as np

from hydranet_ros.sources.street_classes import Class
from hydranet_ros.sources.street_texture import Texture
from hydranet_ros.sources.street_texture import TRANSPARENT

TREES, PEOPLE, PHASES, BICYCLISTS, SIGNS = 6, 8, 4, 4, 4
Colour = tuple[int, int, int]
Point = tuple[float, float]


def _rgb(values: np.ndarray) -> Colour:
    red, green, blue = (int(value) for value in values)
    return red, green, blue


class _Paper:
    """Draw colour and class at once, in metres from the foot's middle, y up."""

    def __init__(self, width_m: float, height_m: float, px_per_m: float, ground: Colour) -> None:
        self.scale, self.width_m, self.height_m = px_per_m, width_m, height_m
        shape = (round(height_m * px_per_m), round(width_m * px_per_m))
        self.rgb = np.empty((*shape, 3), np.uint8)
        self.rgb[:] = ground
        self.classes = np.full(shape, TRANSPARENT, np.uint8)

    def _pixel(self, x: float, y: float) -> tuple[int, int]:
        return (
            round((x + self.width_m / 2) * self.scale * 16),
            round((self.height_m - y) * self.scale * 16),
        )

    def disc(self, x: float, y: float, radius: float, colour: Colour, label: int) -> None:
        for image, value in ((self.rgb, colour), (self.classes, (label,))):
            cv2.circle(
                image, self._pixel(x, y), round(radius * self.scale * 16), value, -1, shift=4
            )

    def limb(
        self,
        a: tuple[float, float],
        b: tuple[float, float],
        width: float,
        colour: Colour,
        label: int,
    ) -> None:
        thickness = max(round(width * self.scale), 1)
        for image, value in ((self.rgb, colour), (self.classes, (label,))):
            cv2.line(image, self._pixel(*a), self._pixel(*b), value, thickness, shift=4)

    def shape(self, points: list[tuple[float, float]], colour: Colour, label: int) -> None:
        polygon = np.array([self._pixel(*point) for point in points], np.int32)
        for image, value in ((self.rgb, colour), (self.classes, (label,))):
            cv2.fillPoly(image, [polygon], value, shift=4)

    def texture(self) -> Texture:
        return Texture(self.rgb, self.classes, self.width_m, self.height_m)


def make_tree(variant: int, seed: int) -> Texture:
    """Draw a tree of 5 to 7 m: a trunk and a crown of leaf clusters, lit from the left above."""
    random = np.random.default_rng([seed, 21, variant])
    height = float(random.uniform(5.2, 7.2))
    paper = _Paper(4.8, height, 48, (58, 78, 36))
    trunk = (84, 68, 52)
    paper.shape([(-0.16, 0), (-0.1, height * 0.6), (0.1, height * 0.6), (0.16, 0)], trunk, 5)
    for side in (-1, 1):
        paper.limb((0, height * 0.4), (side * 0.8, height * 0.62), 0.1, trunk, Class.TREE)
    centre, spread = height * 0.66, height * 0.27
    leaf = np.array([70.0, 104.0, 42.0]) * random.uniform(0.8, 1.15) + random.uniform(-8, 8, 3)
    for step in range(420):
        angle, far = random.uniform(0, 2 * math.pi), math.sqrt(random.uniform())
        x, y = 1.75 * far * math.cos(angle), centre + spread * far * math.sin(angle)
        light = 0.62 + 0.3 * (y - centre) / spread - 0.12 * x + random.uniform(-0.12, 0.16)
        light += 0.1 * step / 420
        red, green, blue = (int(v) for v in np.clip(leaf * max(light, 0.3), 0, 255))
        radius = float(random.uniform(0.1, 0.36) * (1.1 - 0.5 * far))
        paper.disc(x, y, radius, (red, green, blue), Class.TREE)
    return paper.texture()


def make_person(variant: int, phase: int, seed: int) -> Texture:
    """Draw a walking person of 1.6 to 1.85 m in one of PHASES steps."""
    random = np.random.default_rng([seed, 22, variant])
    size = float(random.uniform(0.9, 1.04))
    coat = _rgb(random.integers(40, 200, 3))
    legs = _rgb(random.integers(28, 90, 3))
    skin = _rgb(np.array([224, 178, 148]) * random.uniform(0.5, 1.0))
    hair = _rgb(random.integers(20, 110, 3))
    dark = _rgb(np.array(coat) * 0.7)
    paper = _Paper(1.0, 1.85 * size, 96, coat)
    swing = 0.22 * math.sin(phase * math.pi / 2 + 0.4)

    def limb(x0: float, y0: float, x1: float, y1: float, width: float, colour: Colour) -> None:
        a, b = (x0 * size, y0 * size), (x1 * size, y1 * size)
        paper.limb(a, b, width * size, colour, Class.PEDESTRIAN)

    limb(-0.02, 0.86, -0.07 - swing, 0.06, 0.14, _rgb(np.array(legs) * 0.75))
    limb(0.02, 0.86, 0.07 + swing, 0.06, 0.14, legs)
    limb(-0.05 - swing, 0.04, 0.02 - swing, 0.04, 0.08, (30, 28, 28))
    limb(0.09 + swing, 0.04, 0.16 + swing, 0.04, 0.08, (30, 28, 28))
    limb(-0.2, 1.38, -0.25 + swing, 0.86, 0.1, dark)
    body = [(-0.2, 0.8), (-0.23, 1.42), (-0.1, 1.5), (0.1, 1.5), (0.23, 1.42), (0.2, 0.8)]
    paper.shape([(x * size, y * size) for x, y in body], coat, Class.PEDESTRIAN)
    limb(0.2, 1.38, 0.25 - swing, 0.86, 0.1, _rgb(np.array(coat) * 0.86))
    limb(0, 1.48, 0, 1.58, 0.09, skin)
    paper.disc(0, 1.67 * size, 0.115 * size, skin, Class.PEDESTRIAN)
    paper.shape(
        [(x * size, y * size) for x, y in [(-0.12, 1.66), (-0.1, 1.8), (0.1, 1.8), (0.12, 1.7)]],
        hair,
        Class.PEDESTRIAN,
    )
    return paper.texture()


def make_bicyclist(variant: int, seed: int) -> Texture:
    """Draw a bicyclist of 1.75 m as seen from behind or ahead."""
    random = np.random.default_rng([seed, 23, variant])
    jacket = _rgb(random.integers(60, 235, 3))
    legs, label = (38, 40, 52), Class.BICYCLIST
    paper = _Paper(0.8, 1.78, 96, jacket)
    paper.limb((0, 0.02), (0, 0.66), 0.06, (24, 24, 26), label)
    paper.limb((0, 0.6), (0, 0.95), 0.05, (150, 30, 34), label)
    for side, knee in ((-1, 0.62), (1, 0.5)):
        paper.limb((side * 0.12, 0.95), (side * 0.16, knee), 0.13, legs, label)
        paper.limb((side * 0.16, knee), (side * 0.13, knee - 0.38), 0.1, legs, label)
    paper.limb((-0.3, 1.02), (0.3, 1.02), 0.04, (40, 40, 42), label)
    shade = _rgb(np.array(jacket) * 0.75)
    paper.limb((-0.18, 1.36), (-0.28, 1.04), 0.09, shade, label)
    paper.limb((0.18, 1.36), (0.28, 1.04), 0.09, shade, label)
    paper.shape([(-0.17, 0.9), (-0.22, 1.38), (0.22, 1.38), (0.17, 0.9)], jacket, label)
    paper.disc(0, 1.54, 0.11, (196, 152, 124), label)
    paper.disc(0, 1.6, 0.13, (220, 220, 224) if variant % 2 else (36, 40, 48), label)
    return paper.texture()


def make_sign(variant: int) -> Texture:
    """Draw a traffic sign of 2.7 m on its pole: limit, warning, parking or give way."""
    paper = _Paper(0.8, 2.7, 80, (130, 132, 136))
    paper.limb((0, 0), (0, 2.65), 0.07, (130, 132, 136), Class.POLE)
    red, white, sign = (196, 28, 34), (240, 240, 240), Class.SIGN
    if variant == 0:
        for radius, colour in ((0.34, red), (0.26, white)):
            paper.disc(0, 2.3, radius, colour, sign)
        paper.shape([(-0.12, 2.2), (-0.12, 2.42), (-0.04, 2.42), (-0.04, 2.2)], (20,) * 3, sign)
        paper.disc(0.1, 2.31, 0.1, (20, 20, 20), sign)
        paper.disc(0.1, 2.31, 0.05, white, sign)
    elif variant == 1:
        paper.shape([(-0.38, 2.0), (0, 2.66), (0.38, 2.0)], red, sign)
        paper.shape([(-0.26, 2.07), (0, 2.52), (0.26, 2.07)], white, sign)
        paper.limb((0, 2.2), (0, 2.38), 0.06, (20, 20, 20), sign)
    elif variant == 2:
        paper.shape([(-0.32, 2.0), (-0.32, 2.64), (0.32, 2.64), (0.32, 2.0)], (24, 84, 180), sign)
        paper.limb((-0.1, 2.1), (-0.1, 2.54), 0.08, white, sign)
        paper.disc(0.02, 2.42, 0.13, white, sign)
        paper.disc(0.02, 2.42, 0.06, (24, 84, 180), sign)
    else:
        paper.shape([(-0.38, 2.64), (0.38, 2.64), (0, 1.98)], red, sign)
        paper.shape([(-0.25, 2.56), (0.25, 2.56), (0, 2.14)], white, sign)
    return paper.texture()


def make_lamp(side: int) -> Texture:
    """Draw a street lamp of 6.5 m whose arm reaches over the road; side -1 stands on the left."""
    paper = _Paper(3.2, 6.5, 40, (92, 98, 100))
    grey = (92, 98, 100)
    paper.shape([(-0.09, 0), (-0.05, 6.4), (0.05, 6.4), (0.09, 0)], grey, Class.POLE)
    paper.limb((0, 0), (0, 0.9), 0.26, (80, 86, 88), Class.POLE)
    paper.limb((0, 6.2), (-side * 1.3, 6.4), 0.08, grey, Class.POLE)
    paper.limb((-side * 1.1, 6.38), (-side * 1.55, 6.42), 0.16, (210, 208, 196), Class.POLE)
    return paper.texture()
