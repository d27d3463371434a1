# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Cars as solids of flat faces: body, wheels, lamps, cabin with its windows."""

from dataclasses import dataclass
from functools import cache
import math

import numpy as np

Colour = tuple[int, int, int]
PAINTS: tuple[Colour, ...] = (
    (176, 26, 30),
    (34, 66, 132),
    (206, 208, 210),
    (54, 56, 60),
    (236, 236, 232),
    (98, 112, 92),
    (122, 124, 130),
    (196, 148, 44),
    (88, 26, 40),
)
_SUN = np.array([-0.45, -0.75, -0.45])


@dataclass(frozen=True)
class CarShape:
    """Give the lengths of a car in metres; z forward from its middle, heights over the ground."""

    length: float
    width: float
    waist: float
    roof: float
    cabin_rear: float
    cabin_front: float
    slope_rear: float
    slope_front: float


SHAPES = (
    CarShape(4.3, 1.76, 0.88, 1.44, -1.75, 0.95, 0.45, 0.8),
    CarShape(3.8, 1.68, 0.92, 1.50, -1.85, 1.0, 0.2, 0.75),
    CarShape(4.9, 1.95, 1.05, 2.10, -2.42, 1.55, 0.06, 0.6),
)
_CLEARANCE, _WHEEL = 0.24, 0.33


def _rectangle(
    x: tuple[float, float], y: tuple[float, float], z: tuple[float, float]
) -> list[tuple[float, float, float]]:
    """Span an upright or level rectangle between two corners; y is height over the ground."""
    (x0, x1), (y0, y1), (z0, z1) = x, y, z
    return [(x0, y0, z0), (x1, y0, z1), (x1, y1, z1), (x0, y1, z0)]


@cache
def _faces(shape: CarShape) -> tuple[tuple[np.ndarray, str], ...]:
    """Return (corners (N, 3) in the car's frame with y down, material), in painting order."""
    w, end, low, waist, roof = (
        shape.width / 2,
        shape.length / 2,
        _CLEARANCE,
        shape.waist,
        shape.roof,
    )
    rear0, front0 = shape.cabin_rear, shape.cabin_front
    rear1, front1 = rear0 + shape.slope_rear, front0 - shape.slope_front
    narrow = w - 0.14
    faces: list[tuple[list[tuple[float, float, float]], str]] = []
    faces.append((_rectangle((-w, w), (low, waist), (-end, -end)), 'paint'))
    faces.append((_rectangle((-w, w), (low, low + 0.18), (-end, -end)), 'plastic'))
    faces.append((_rectangle((w, -w), (low, waist), (end, end)), 'paint'))
    faces.append((_rectangle((w, -w), (low, low + 0.18), (end, end)), 'plastic'))
    faces.append((_rectangle((0.45, -0.45), (0.5, 0.66), (end, end)), 'plastic'))
    for a, b in ((-w + 0.04, -w + 0.34), (w - 0.34, w - 0.04)):
        faces.append((_rectangle((a, b), (waist - 0.26, waist - 0.08), (-end, -end)), 'tail'))
        faces.append((_rectangle((b, a), (waist - 0.26, waist - 0.1), (end, end)), 'lamp'))
    faces.append((_rectangle((-0.26, 0.26), (0.46, 0.57), (-end, -end)), 'plate'))
    for side in (-1, 1):
        ends = (end, -end) if side < 0 else (-end, end)
        faces.append((_rectangle((side * w, side * w), (low, waist), ends), 'paint'))
        faces.append((_rectangle((side * w, side * w), (low, low + 0.1), ends), 'plastic'))
        for middle in (-end + 0.85, end - 0.85):
            for radius, material in ((_WHEEL, 'tyre'), (0.19, 'rim')):
                turn = [-side * k * math.pi / 4 for k in range(8)]
                wheel = [
                    (side * w, _WHEEL + radius * math.sin(a), middle - radius * math.cos(a))
                    for a in turn
                ]
                faces.append((wheel, material))
    faces.append(
        ([(-w, waist, -end), (w, waist, -end), (w, waist, end), (-w, waist, end)], 'paint')
    )
    for grow, material in ((0.0, 'paint'), (0.08, 'glass')):
        y0, y1 = waist + grow * 0.4, roof - grow
        rear = [(-w + 0.06 + grow, y0, rear0), (w - 0.06 - grow, y0, rear0)]
        rear += [(narrow - grow, y1, rear1), (-narrow + grow, y1, rear1)]
        front = [(w - 0.06 - grow, y0, front0), (-w + 0.06 + grow, y0, front0)]
        front += [(-narrow + grow, y1, front1), (narrow - grow, y1, front1)]
        faces += [(rear, material), (front, material)]
        for side in (-1, 1):
            quad = [
                (side * (w - 0.06), y0, rear0 + 2 * grow),
                (side * (w - 0.06), y0, front0 - 2.6 * grow),
                (side * narrow, y1, front1 - grow),
                (side * narrow, y1, rear1 + grow),
            ]
            faces.append((quad if side > 0 else quad[::-1], material))
    top = [(-narrow, roof, rear1), (narrow, roof, rear1), (narrow, roof, front1)]
    faces.append(([*top, (-narrow, roof, front1)], 'paint'))
    return tuple((np.array(points) * (1.0, -1.0, 1.0), material) for points, material in faces)


_FIXED: dict[str, Colour] = {
    'plastic': (42, 42, 44),
    'tail': (170, 20, 22),
    'lamp': (232, 232, 220),
    'plate': (226, 222, 200),
    'tyre': (26, 26, 27),
    'rim': (150, 152, 156),
    'glass': (46, 56, 66),
}


@cache
def car_faces(shape: CarShape, paint: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return a car's faces in its own frame (x right, y down, z forward, on the ground).

    Returns corners, float (F, 8, 3), a face with fewer repeating its last; colours, uint8 (F, 3);
    and which faces are details of a few centimetres, bool (F,).
    """
    faces = _faces(shape)
    corners, colours = np.empty((len(faces), 8, 3)), np.empty((len(faces), 3), np.uint8)
    for number, (points, material) in enumerate(faces):
        corners[number] = points[np.minimum(np.arange(8), len(points) - 1)]
        normal = np.cross(points[1] - points[0], points[2] - points[0])
        light = 0.68 + 0.36 * max(float(normal @ _SUN) / float(np.linalg.norm(normal)), 0.0)
        base = PAINTS[paint % len(PAINTS)] if material == 'paint' else _FIXED[material]
        colours[number] = np.minimum(np.array(base) * light, 255)
    detail = [material in ('tail', 'lamp', 'plate', 'rim') for _, material in faces]
    return corners, colours, np.array(detail)
