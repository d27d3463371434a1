# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""What a teacher is: something that annotates an image, and can say what it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from typing import Protocol

import numpy as np
import numpy.typing as npt

from hydranet_ros.zoo.card_types import SemanticClass
from hydranet_ros.zoo.card_types import Task


@dataclass
class Annotation:
    """What a teacher says of one image of H x W pixels; None for what it does not tell.

    labels: uint8 (H, W), 255 = none. confidence: uint8 (H, W), 255 = sure, of the labels. depth:
    float32 (H, W), metres along the optical axis, NaN = none.
    """

    labels: npt.NDArray[np.uint8] | None = None
    confidence: npt.NDArray[np.uint8] | None = None
    depth: npt.NDArray[np.float32] | None = None


class Teacher(Protocol):
    """Annotate images.

    tasks: what it tells. classes: of its labels, empty without them. provenance: what it is, as
    JSON: the same provenance means the same annotations. focal_length_px: of the camera that its
    depth is in metres of where no fx is given, None where unknown or without depth.
    """

    @property
    def tasks(self) -> frozenset[Task]: ...

    @property
    def classes(self) -> tuple[SemanticClass, ...]: ...

    @property
    def provenance(self) -> Mapping[str, Any]: ...

    @property
    def focal_length_px(self) -> float | None: ...

    def __call__(self, rgb: npt.NDArray[np.uint8], fx: float | None = None) -> Annotation:
        """Annotate one image, uint8 (H, W, 3) RGB; fx: its focal length in pixels, if known.

        Depth is in metres of that camera, without fx in those of the teacher's own.
        """
        ...
