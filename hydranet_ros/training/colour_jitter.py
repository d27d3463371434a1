# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Random changes of colour: as one matrix where they are linear, on uint8."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

# The ranges at strength 1.
_FACTOR = 0.4
_HUE_RAD = 0.3
_GAMMA_LOG = 0.4
_BLUR_PX = (0.3, 1.2)
_GREY_CHANCE = 0.05
_GAMMA_CHANCE = 0.25
_BLUR_CHANCE = 0.15

_LUMA = np.array([0.299, 0.587, 0.114])
_YIQ = np.array([_LUMA, [0.595716, -0.274453, -0.321263], [0.211456, -0.522591, 0.311135]])
_RGB = np.linalg.inv(_YIQ)
_STEPS = np.arange(256) / 255.0


def jitter_colour(
    rgb: npt.NDArray[np.uint8], strength: float, rng: np.random.Generator
) -> npt.NDArray[np.uint8]:
    """Return the image uint8 (H, W, 3) with other colours; the input is left as it is.

    Brightness, contrast, saturation and hue always change, gamma, grey and blur now and then.
    `strength` 0 to 1 scales how far and how often.
    """
    brightness, contrast, saturation = 1 + strength * rng.uniform(-_FACTOR, _FACTOR, 3)
    hue = strength * rng.uniform(-_HUE_RAD, _HUE_RAD)
    gamma = strength * rng.uniform(-_GAMMA_LOG, _GAMMA_LOG)
    sigma = rng.uniform(*_BLUR_PX)
    grey, bend, blur = rng.random(3) < strength * np.array(
        [_GREY_CHANCE, _GAMMA_CHANCE, _BLUR_CHANCE]
    )
    mean = _LUMA @ cv2.mean(rgb)[:3]
    matrix = colour_matrix(brightness, contrast, 0.0 if grey else saturation, hue, mean)
    changed = cv2.transform(rgb, matrix)
    if bend:
        cv2.LUT(changed, np.rint(255 * _STEPS ** np.exp(gamma)).astype(np.uint8), changed)
    if blur:
        cv2.GaussianBlur(changed, (5, 5), sigma, changed)
    return changed.astype(np.uint8, copy=False)


def colour_matrix(
    brightness: float, contrast: float, saturation: float, hue: float, mean: float
) -> npt.NDArray[np.float64]:
    """Return the matrix (3, 4) that changes RGB (0..255) and a constant 1.

    Three factors, the last two about the grey `mean` of the image and about each pixel's luma,
    and the turn of the hue in radians, which keeps luma and greys.
    """
    sine, cosine = np.sin(hue), np.cos(hue)
    turn = _RGB @ np.array([[1, 0, 0], [0, cosine, -sine], [0, sine, cosine]]) @ _YIQ
    mix = saturation * np.eye(3) + (1 - saturation) * _LUMA
    offset = np.full((3, 1), brightness * (1 - contrast) * mean)
    return np.hstack([brightness * contrast * mix @ turn, offset])
