# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""How to diagnose."""

from __future__ import annotations

from dataclasses import dataclass
import math
from pathlib import Path

from hydranet_ros.errors import HydranetError


@dataclass(frozen=True)
class DiagnosisOptions:
    """How to diagnose.

    bins: where the bins of distance end, in pixels; None for those of the set. radius: of
    localisation errors, in pixels; None for the end of the set's own first bin. groups: a file of
    similar classes; None for the built-in ones. least_area: of a connected component that counts
    as an instance, in pixels; None for the square of the end of the set's own first bin. pad_to:
    round image sizes up to a multiple of it. pictures: how many of the worst images to keep.
    HydranetError for numbers that are none of these.
    """

    bins: tuple[int, ...] | None = None
    radius: float | None = None
    groups: Path | None = None
    least_area: int | None = None
    pad_to: int = 1
    pictures: int = 0

    def __post_init__(self) -> None:
        if self.radius is not None and not (math.isfinite(self.radius) and self.radius >= 0):
            raise HydranetError(f'radius is {self.radius:g}; give pixels from 0.')
        for name, least in (('least_area', 1), ('pad_to', 1), ('pictures', 0)):
            value = getattr(self, name)
            if value is not None and (not isinstance(value, int) or value < least):
                raise HydranetError(f'{name} is {value}; give a whole number from {least}.')
