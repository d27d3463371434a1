# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""From the metres of the canonical camera, in which the network answers, to those of yours."""

import logging
from typing import Any

import numpy as np
import numpy.typing as npt

from hydranet_ros.errors import HydranetError
from hydranet_ros.kept_array import kept_array
from hydranet_ros.prediction import numbers_above_zero
from hydranet_ros.zoo.card_types import DepthRange

_log = logging.getLogger(__name__)
_SAME_SHAPE = 0.05  # rounding to whole pixels changes the aspect ratio a little too


def whose_metres(depth: DepthRange) -> str:
    """Say whose metres the network's are before anything corrects them, as a main clause."""
    if depth.focal_length_px:
        return (
            'the metres of depth are those of the canonical camera, whose focal length is '
            f'{depth.focal_length_px:g} px at input size'
        )
    return (
        'the metres of depth are those of the training camera, whose focal length the model does '
        'not state'
    )


class MetricDepth:
    """Work out the factor of each frame's depth, and drop depths that were never learned.

    What the user should know of his metres is logged, each sentence once.
    """

    def __init__(self, model: str, depth: DepthRange | None) -> None:
        self._model = model
        self._depth = depth
        self._case: tuple[bool, tuple[int, int], tuple[int, int]] | None = None
        self._said: set[str] = set()
        self._masks = kept_array(bool)

    def factor(self, fx: float, camera: tuple[int, int], seen: tuple[int, int]) -> float:
        """Return fx at input size over the card's focal_length_px; 1 where that is not stated.

        fx: pixels, at camera size. camera, seen: (height, width) of the frame and of what the
        network sees. The width counts, because fx is measured along it; the height says the same
        as long as the input size keeps the frame's aspect ratio.
        """
        if self._depth is None:
            return 1.0
        return self._depth.scale_for(fx * seen[1] / camera[1]) or 1.0

    def factors(
        self,
        fx: Any,
        depth_scale: Any,
        count: int,
        camera: tuple[int, int],
        seen: tuple[int, int],
    ) -> npt.NDArray[np.float32]:
        """Return what the depth of each of `count` frames is multiplied by, float32 (count,).

        HydranetError where both fx and depth_scale are given, or one is no number above 0.
        """
        if depth_scale is not None:
            if fx is not None:
                raise HydranetError(
                    'Both fx and depth_scale are given; give fx alone, from which depth_scale '
                    'follows.'
                )
            return numbers_above_zero('depth_scale', depth_scale, count)
        if fx is None:
            return np.ones(count, np.float32)
        values = numbers_above_zero('fx', fx, count)
        return np.array([self.factor(float(one), camera, seen) for one in values], np.float32)

    def tell(self, known: bool, camera: tuple[int, int], seen: tuple[int, int]) -> None:
        """Log, once, what keeps the metres from being the camera's; `known`: fx is given."""
        depth, case = self._depth, (known, camera, seen)
        if depth is None or case == self._case:
            return
        self._case = case
        level = logging.WARNING if depth.metric else logging.INFO
        if not known and depth.focal_length_px:
            self._say(
                level,
                f'{self._model}: {whose_metres(depth)}. Give fx, the focal length of your camera '
                'in pixels, for its metres.',
            )
        elif known and not depth.focal_length_px:
            self._say(level, f'{self._model}: fx has no effect: {whose_metres(depth)}.')
        elif known and abs(seen[1] * camera[0] / (seen[0] * camera[1]) - 1) > _SAME_SHAPE:
            self._say(
                level,
                f'{self._model}: an input size of {seen[1]}x{seen[0]} distorts frames of '
                f'{camera[1]}x{camera[0]}: depth is scaled by the width, and right for no '
                'direction. Choose an input size of the same aspect ratio.',
            )

    def drop_unlearned(self, depth: npt.NDArray[np.float32], factor: float) -> None:
        """Set to NaN, in place, what the card's range times `factor` does not hold.

        depth: float32 (H, W), metres after scaling by `factor`. The range was learned in metres
        of the canonical camera, so it grows with the focal length as the depths do.
        """
        if self._depth is None:
            return
        outside, far = self._masks((2, *depth.shape))
        np.less(depth, self._depth.min_m * factor, out=outside)
        np.greater(depth, self._depth.max_m * factor, out=far)
        np.logical_or(outside, far, out=outside)
        np.copyto(depth, np.nan, where=outside)

    def _say(self, level: int, text: str) -> None:
        if text not in self._said:
            self._said.add(text)
            _log.log(level, text)
