# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""One of our networks as a teacher, by its model card."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from hydranet_ros.errors import HydranetError
from hydranet_ros.perception import Perception
from hydranet_ros.training.distillation.class_map import ClassMap
from hydranet_ros.training.distillation.teacher import Annotation
from hydranet_ros.zoo.card_types import SemanticClass
from hydranet_ros.zoo.card_types import Task


class NetworkTeacher:
    """Annotate images with a model card's network; a class map renames its classes.

    Depth has no confidence; what the card's range leaves out is NaN. Raises HydranetError.
    """

    def __init__(
        self,
        model: str | Path,
        class_map: ClassMap | None = None,
        *,
        weights: Path | None = None,
        threads: int | None = None,
    ) -> None:
        self._perception = Perception.load(
            model, weights=weights, precision='fp32', threads=threads
        )
        card = self._perception.card
        self.tasks = frozenset(card.tasks) & {Task.SEMANTIC, Task.DEPTH}
        self._wanted = [
            name for name in ('labels', 'confidence', 'depth') if name in self._perception.outputs
        ]
        self.classes: tuple[SemanticClass, ...] = self._perception.classes
        depth = self._perception.depth_range
        self.focal_length_px = depth.focal_length_px if depth else None
        self._map = class_map
        if class_map is not None:
            own = tuple(item.name for item in self.classes)
            if own != class_map.sources:
                raise HydranetError(
                    f'The class map {class_map.path} is not for model {card.name}, whose classes '
                    f'are {", ".join(own) or "none"}, in this order.'
                )
            self.classes = class_map.classes

    @property
    def provenance(self) -> Mapping[str, Any]:
        """The model file and what it runs on."""
        perception = self._perception
        return {
            'kind': 'hydranet_ros',
            'model': perception.card.name,
            'domain': perception.domain,
            'sha256': perception.model_file.sha256,
            'precision': perception.precision,
            'class_map': self._map.provenance if self._map else None,
            'confidence': 'the largest class probability',
        }

    def __call__(self, rgb: npt.NDArray[np.uint8], fx: float | None = None) -> Annotation:
        """Return what the network predicts."""
        prediction = self._perception.predict(rgb, fx=fx, wanted=self._wanted)
        assert not isinstance(prediction, list)
        labels = prediction.labels
        if labels is not None and self._map is not None:
            labels = self._map.table[labels]
        return Annotation(labels, prediction.confidence, prediction.depth)
