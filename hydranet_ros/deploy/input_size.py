# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The size that the network sees, for a camera of any size."""

from dataclasses import dataclass
import operator
from typing import Any

from hydranet_ros.errors import FrameError
from hydranet_ros.errors import HydranetError
from hydranet_ros.image_encodings import MOST_PIXELS
from hydranet_ros.networks.options import SMALLEST_SIDE


@dataclass(frozen=True)
class InputSize:
    """A fixed (height, width), or the camera's times `scale`; HydranetError for what cannot be."""

    fixed: tuple[int, int] | None = None
    scale: float = 1.0

    def __post_init__(self) -> None:
        if not 0 < self.scale <= 4:
            raise HydranetError(f'input_scale is {self.scale}; give a factor above 0, up to 4.')
        if self.fixed is not None and not is_size(self.fixed):
            raise HydranetError(
                f'input_size is {self.fixed}; give (height, width), at least '
                f'{SMALLEST_SIDE} pixels each, at most {MOST_PIXELS} in all.'
            )

    def of_frame(self, height: int, width: int) -> tuple[int, int]:
        """Give the (height, width) that the network sees for a frame of this size."""
        if self.fixed is not None:
            return self.fixed
        return round(height * self.scale), round(width * self.scale)


def check_sizes(
    camera_size: tuple[int, int],
    input_size: tuple[int, int],
    limit: tuple[int, int] | None = None,
) -> None:
    """Raise FrameError where the network cannot take frames of this (height, width).

    limit: the largest (height, width) that the network takes, where there is one.
    """
    if limit and (input_size[0] > limit[0] or input_size[1] > limit[1]):
        raise FrameError(
            f'The network takes at most {limit[1]}x{limit[0]} pixels, which its upsampling was '
            f'made for, but sees {input_size[1]}x{input_size[0]}. Lower input_scale or input_size.'
        )
    if input_size[0] * input_size[1] > MOST_PIXELS:
        raise FrameError(
            f'The network would see {input_size[1]}x{input_size[0]} pixels, {MOST_PIXELS} at most '
            'are computed. Lower input_scale or input_size.'
        )
    if min(input_size) < SMALLEST_SIDE or min(camera_size) < 1:
        raise FrameError(
            f'The network needs at least {SMALLEST_SIDE}x{SMALLEST_SIDE} pixels, but sees '
            f'{input_size[1]}x{input_size[0]} of a frame of {camera_size[1]}x{camera_size[0]}. '
            'Raise input_scale or input_size, or give larger frames.'
        )


def is_size(size: Any) -> bool:
    """Tell whether `size` is a pair of whole numbers that the network can take."""
    try:
        height, width = map(operator.index, size)
    except (TypeError, ValueError):
        return False
    return min(height, width) >= SMALLEST_SIDE and height * width <= MOST_PIXELS
