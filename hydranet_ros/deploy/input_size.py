# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The size that the network sees, for a camera of any size."""

from dataclasses import dataclass
import operator
from typing import Any

from hydranet_ros.errors import HydranetError
from hydranet_ros.networks.options import SMALLEST_SIDE


@dataclass(frozen=True)
class InputSize:
    """A fixed (height, width), or the camera's times `scale`; HydranetError for what cannot be."""

    fixed: tuple[int, int] | None = None
    scale: float = 1.0

    def __post_init__(self) -> None:
        if not 0 < self.scale <= 4:
            raise HydranetError(f'input_scale is {self.scale}; give a factor above 0, up to 4.')
        if self.fixed is not None and not _is_size(self.fixed):
            raise HydranetError(
                f'input_size is {self.fixed}; give (height, width), at least '
                f'{SMALLEST_SIDE} pixels each.'
            )

    def of_frame(self, height: int, width: int) -> tuple[int, int]:
        """Give the (height, width) that the network sees for a frame of this size."""
        if self.fixed is not None:
            return self.fixed
        return round(height * self.scale), round(width * self.scale)


def _is_size(size: Any) -> bool:
    """Tell whether `size` is a pair of whole numbers that the network can take."""
    try:
        height, width = map(operator.index, size)
    except (TypeError, ValueError):
        return False
    return min(height, width) >= SMALLEST_SIDE
