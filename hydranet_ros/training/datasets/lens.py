# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The focal length that a data set states for its images."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Lens:
    """A focal length in pixels, for images of one width; None: for the files as they are."""

    fx: float
    width: int | None = None

    def at(self, width: int) -> float:
        """Return the focal length of the same picture at another width."""
        return self.fx * width / self.width if self.width else self.fx
