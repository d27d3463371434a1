# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Textures of the street's walls and ground, drawn once and kept."""

import cv2
import numpy as np

from hydranet_ros.sources.street_classes import Class
from hydranet_ros.sources.street_texture import Texture
from hydranet_ros.sources.street_texture import TRANSPARENT

PX_PER_M = 32
BAY_M, FLOOR_M = 3.2, 3.1
GROUND_PX_PER_M = 32
GROUND_PERIOD_M = 32
WALLS = (
    (150, 82, 62),
    (196, 178, 148),
    (216, 206, 186),
    (168, 160, 150),
    (190, 150, 98),
    (176, 190, 196),
    (134, 98, 80),
    (206, 168, 150),
)
STYLES = len(WALLS)


def _speckle(
    random: np.random.Generator, shape: tuple[int, int], grain: int, strength: float
) -> np.ndarray:
    """Return smooth noise around 0, float32 of the shape."""
    size = (shape[0] // grain + 2, shape[1] // grain + 2)
    return cv2.resize(random.standard_normal(size, np.float32), shape[::-1]) * strength


def _shaded(rgb: np.ndarray, noise: np.ndarray, light: float) -> np.ndarray:
    return np.clip((rgb + noise[..., None]) * light, 0, 255).astype(np.uint8)


def _window(
    image: np.ndarray, x: int, y: int, w: int, h: int, random: np.random.Generator
) -> None:
    cv2.rectangle(image, (x - 4, y - 4), (x + w + 4, y + h + 4), (226, 222, 214), -1)
    glass = np.linspace(1.25, 0.75, h + 1)[:, None, None] * np.array([74.0, 88.0, 104.0])
    glass = glass * random.uniform(0.7, 1.25)
    image[y : y + h + 1, x : x + w + 1] = np.clip(glass, 0, 255)
    if random.random() < 0.35:
        curtain = h if random.random() < 0.3 else h // 3
        cv2.rectangle(image, (x, y), (x + w, y + curtain), (198, 190, 176), -1)
    cv2.line(image, (x + w // 2, y), (x + w // 2, y + h), (220, 216, 208), 3)
    cv2.line(image, (x, y + h // 3), (x + w, y + h // 3), (220, 216, 208), 2)
    cv2.rectangle(image, (x - 7, y + h + 4), (x + w + 7, y + h + 9), (150, 146, 138), -1)


def _ground_floor(
    image: np.ndarray, bays: int, top: int, random: np.random.Generator, shop: bool
) -> None:
    height, bay = image.shape[0], image.shape[1] / bays
    trim = tuple(int(value) for value in random.integers(40, 190, 3))
    door = int(random.integers(bays))
    if shop:
        cv2.rectangle(image, (0, top), (image.shape[1], top + 20), trim, -1)
        cv2.rectangle(image, (0, top + 20), (image.shape[1], top + 24), (40, 40, 42), -1)
    for number in range(bays):
        x0, x1 = int(number * bay), int((number + 1) * bay)
        middle = (x0 + x1) // 2
        if number == door:
            cv2.rectangle(image, (middle - 20, height - 74), (middle + 20, height), trim, -1)
            cv2.rectangle(
                image, (middle - 13, height - 67), (middle + 13, height - 40), (84, 96, 108), -1
            )
            cv2.rectangle(
                image, (middle - 20, height - 74), (middle + 20, height), (40, 38, 36), 2
            )
        elif shop:
            _window(image, x0 + 12, top + 32, x1 - x0 - 24, height - top - 56, random)
        else:
            _window(image, middle - 20, top + 26, 40, 46, random)


def make_facade(style: int, bays: int, floors: int, light: float, seed: int) -> Texture:
    """Draw a house front of bays x floors; light 1 = in the sun."""
    random = np.random.default_rng([seed, 11, style, bays, floors])
    width, storey = round(bays * BAY_M * PX_PER_M), round(FLOOR_M * PX_PER_M)
    height = storey * floors + 16
    image = np.empty((height, width, 3), np.uint8)
    image[:] = WALLS[style]
    if style in (0, 6):
        for y in range(0, height, 8):
            cv2.line(image, (0, y), (width, y), [int(v * 0.86) for v in WALLS[style]], 1)
    for floor in range(floors - 1):
        top = 16 + floor * storey
        for number in range(bays):
            middle = round((number + 0.5) * BAY_M * PX_PER_M)
            _window(image, middle - 20, top + 22, 40, 54, random)
        if style % 2:
            cv2.rectangle(image, (0, top + storey - 5), (width, top + storey), (206, 202, 194), -1)
    _ground_floor(image, bays, height - storey, random, shop=bool(random.random() < 0.5))
    cv2.rectangle(image, (0, 0), (width, 9), (170, 166, 158), -1)
    cv2.rectangle(image, (0, 10), (width, 15), (84, 80, 76), -1)
    cv2.rectangle(image, (0, height - 10), (width, height), (96, 94, 92), -1)
    noise = _speckle(random, (height, width), 3, 5.0) + _speckle(random, (height, width), 60, 7.0)
    classes = np.full((height, width), Class.BUILDING, np.uint8)
    return Texture(_shaded(image, noise, light), classes, width / PX_PER_M, height / PX_PER_M)


def make_side_wall(style: int, height_m: float, light: float, seed: int) -> Texture:
    """Draw the blank side of a house, 8 m deep."""
    random = np.random.default_rng([seed, 12, style])
    image = np.empty((192, 256, 3), np.uint8)
    image[:] = WALLS[style]
    for y in range(0, 192, 6):
        cv2.line(image, (0, y), (256, y), [int(v * 0.9) for v in WALLS[style]], 1)
    noise = _speckle(random, (192, 256), 2, 5.0) + _speckle(random, (192, 256), 40, 10.0)
    classes = np.full((192, 256), Class.BUILDING, np.uint8)
    return Texture(_shaded(image, noise, light), classes, 8.0, height_m)


def make_hedge(seed: int, light: float) -> Texture:
    """Draw a hedge of 8 x 2.6 m with an uneven top."""
    random = np.random.default_rng([seed, 13])
    height, width = 96, 256
    image = np.empty((height, width, 3), np.uint8)
    image[:] = (62, 84, 40)
    noise = _speckle(random, (height, width), 2, 16.0) + _speckle(random, (height, width), 9, 14.0)
    image = _shaded(image, noise + np.linspace(14, -18, height)[:, None], light)
    classes = np.full((height, width), Class.TREE, np.uint8)
    edge = (10 + _speckle(random, (1, width), 6, 4.0)[0]).astype(int).clip(0, 30)
    classes[np.arange(height)[:, None] < edge] = TRANSPARENT
    return Texture(image, classes, 8.0, 2.6)


def make_fence(style: int, light: float) -> Texture:
    """Draw a fence of 4 x 1.3 m: planks, or iron bars that one sees through."""
    height, width = 64, 192
    image = np.empty((height, width, 3), np.uint8)
    classes = np.full((height, width), TRANSPARENT, np.uint8)
    colour, pitch, plank = ((148, 112, 76), 12, 9) if style == 0 else ((52, 56, 60), 8, 3)
    image[:] = np.array(colour) * light
    for number, x in enumerate(range(0, width, pitch)):
        classes[4:, x : x + plank] = Class.FENCE
        image[:, x : x + plank] = np.array(colour) * light * (0.9 + 0.1 * (number % 3))
    for y in (12, 46):
        classes[y : y + 5] = Class.FENCE
        image[y : y + 5] = np.array(colour) * light * 0.8
    return Texture(image, classes, 4.0, 1.3)


def make_ground(seed: int) -> np.ndarray:
    """Draw the ground's grain, uint8 with mean 128; twice its period in both directions."""
    random = np.random.default_rng([seed, 14])
    size = GROUND_PX_PER_M * GROUND_PERIOD_M
    grain = random.standard_normal((size, size)).astype(np.float32) * 11
    for blur, strength in ((5, 30.0), (61, 160.0)):
        rough = random.standard_normal((size, size), np.float32)
        pad = cv2.copyMakeBorder(rough, blur, blur, blur, blur, cv2.BORDER_WRAP)
        smooth = cv2.GaussianBlur(pad, (0, 0), blur / 3)[blur:-blur, blur:-blur]
        grain += smooth * strength
    return np.tile(np.clip(128 + grain, 0, 255).astype(np.uint8), (2, 2))


def make_sky(width: int, height: int, seed: int) -> np.ndarray:
    """Draw sky with clouds, uint8 (height, width, 3) RGB; the last row is the horizon."""
    random = np.random.default_rng([seed, 15])
    share = np.linspace(0, 1, max(height, 1))[:, None, None] ** 0.8
    sky = (1 - share) * np.array([92.0, 142.0, 208.0]) + share * np.array(HORIZON, float)
    clouds = np.zeros((height, width), np.float32)
    for grain, strength in ((110, 1.0), (48, 0.55), (20, 0.3), (9, 0.14)):
        small = random.standard_normal((height * 2 // grain + 3, width // grain + 3))
        layer = cv2.resize(
            small.astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC
        )
        clouds += layer * strength
    cover = np.clip((clouds - 0.25) * 0.75, 0, 0.85)[..., None] * (1 - 0.6 * share)
    return np.clip(sky * (1 - cover) + 246.0 * cover, 0, 255).astype(np.uint8)


HORIZON = (206, 216, 226)
