# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""One canonical camera for all training data, so that depths of several cameras can be mixed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from hydranet_ros.errors import HydranetError
from hydranet_ros.training.datasets.sample import Sample


def to_canonical(
    depth: npt.NDArray[np.float32], fx: float | None, focal_length_px: float
) -> npt.NDArray[np.float32]:
    """Return the depth at which the canonical camera sees the same picture.

    `depth` is float32 (H, W) in metres, `fx` the focal length at this image's size and
    `focal_length_px` the canonical one, both in pixels. A lens half as long shows all things half
    as large, which the canonical camera takes for twice as far. The inverse is
    `DepthRange.scale_for`. Without `fx` the metres are taken for the canonical camera's.

    HydranetError where a focal length is not positive.
    """
    if not focal_length_px > 0 or (fx is not None and not fx > 0):
        raise HydranetError(
            f'Focal lengths are positive numbers of pixels, these are fx {fx} and canonical '
            f'{focal_length_px}; correct the intrinsics of the data set or focal_length_px.'
        )
    if fx is None or fx == focal_length_px:
        return depth
    return depth * np.float32(focal_length_px / fx)


def canonical_sample(sample: Sample, focal_length_px: float) -> Sample:
    """Return the sample as if the canonical camera had taken it: its depth, and its `fx`.

    HydranetError names the sample where a focal length is not positive.
    """
    if sample.depth is None:
        return sample
    try:
        depth = to_canonical(sample.depth, sample.fx, focal_length_px)
    except HydranetError as error:
        raise HydranetError(f'{sample.name}: {error}') from error
    return replace(sample, depth=depth, fx=focal_length_px)
