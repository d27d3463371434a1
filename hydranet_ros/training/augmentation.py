# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Random scale, crop, flip and colour of a sample: its image and all its annotations."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import replace
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from hydranet_ros.training.colour_jitter import jitter_colour
from hydranet_ros.training.datasets.sample import Sample
from hydranet_ros.training.recipe_choices import ScaleLaw
from hydranet_ros.training.scaled_crop import MEAN_COLOUR
from hydranet_ros.training.scaled_crop import ScaledCrop


@dataclass(frozen=True)
class Augmentation:
    """Scale by a factor between two bounds, crop (height, width), perhaps flip, change colours.

    Scales are relative to the sample's own size and drawn by `law`; `flip` mirrors every other
    sample; `colour` is the strength, 0 (none) to 1.
    """

    crop: tuple[int, int]
    scale: tuple[float, float] = (1.0, 1.0)
    flip: bool = True
    colour: float = 0.5
    law: ScaleLaw = ScaleLaw.LOG

    def __call__(self, sample: Sample, rng: np.random.Generator) -> Sample:
        """Return a changed sample of the crop's size; the given one stays as it is.

        Depth must be the canonical camera's: an image scaled by s and still taken for that
        camera's shows everything at depth / s (paper 1, section 1.6). Padding is of the mean
        colour and has no annotation.
        """
        crop = ScaledCrop.draw(sample.rgb.shape, self.crop, self._scale(rng), rng)
        mirrored = self.flip and rng.random() < 0.5
        rgb = crop.rgb(sample.rgb)
        if self.colour:
            rgb = jitter_colour(rgb, self.colour, rng)
        labels = None if sample.labels is None else crop.labels(sample.labels)
        depth = None if sample.depth is None else crop.depth(sample.depth)
        normals = None if sample.normals is None else crop.normals(sample.normals)
        if depth is not None:
            depth = depth / np.float32(crop.scale)
        changed = replace(
            sample, rgb=crop.pad(rgb, MEAN_COLOUR), labels=labels, depth=depth, normals=normals
        )
        return mirror(changed) if mirrored else changed

    def _scale(self, rng: np.random.Generator) -> float:
        if self.law is ScaleLaw.UNIFORM:
            return float(rng.uniform(*self.scale))
        return float(np.exp(rng.uniform(*np.log(self.scale))))


def mirror(sample: Sample) -> Sample:
    """Return the sample seen in a mirror, left for right; normals' x changes its sign."""
    normals = _flipped(sample.normals)
    if normals is not None:
        normals[..., 0] *= -1
    return replace(
        sample,
        rgb=cv2.flip(sample.rgb, 1),
        labels=_flipped(sample.labels),
        depth=_flipped(sample.depth),
        normals=normals,
    )


def _flipped(image: npt.NDArray[Any] | None) -> npt.NDArray[Any] | None:
    return None if image is None else cv2.flip(image, 1)
