# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""What ran on which data: the facts that every evaluation states beside its figures."""

from __future__ import annotations

from datetime import datetime
from datetime import timezone

from hydranet_ros import __version__
from hydranet_ros.deploy.request import Shape
from hydranet_ros.evaluation.evaluation_data import EvaluationData
from hydranet_ros.evaluation.evaluation_result import DepthEvaluation
from hydranet_ros.evaluation.evaluation_result import EvaluationResult
from hydranet_ros.evaluation.evaluation_result import SemanticEvaluation
from hydranet_ros.evaluation.normal_errors import NormalsResult
from hydranet_ros.evaluation.results import Weights
from hydranet_ros.evaluation.size_groups import Size
from hydranet_ros.perception import Perception


class RunRecord:
    """Note the engine of each image, as there may be several, of other precisions."""

    def __init__(self, perception: Perception, data: EvaluationData, padded_to: int) -> None:
        self._perception, self._data, self._padded_to = perception, data, padded_to
        self._seen: set[Size] = set()
        self._precisions: set[str] = set()
        self._images = 0

    def add(self, size: Size) -> None:
        """Note an image of (height, width) that was just predicted."""
        self._images += 1
        self._seen.add(self._perception.input_size_for(*size))
        if (engine := self._perception.engines.info(Shape(*size, 1))) is not None:
            self._precisions.add(engine.choice.precision.value)

    def result(
        self,
        *,
        semantic: SemanticEvaluation | None = None,
        depth: DepthEvaluation | None = None,
        normals: NormalsResult | None = None,
        skipped: tuple[str, ...] = (),
    ) -> EvaluationResult:
        """Put the facts beside the figures."""
        perception, data = self._perception, self._data
        return EvaluationResult(
            version=__version__,
            date=datetime.now(timezone.utc).isoformat(timespec='seconds'),
            model=perception.card.name,
            weights=Weights(perception.model_file.name, perception.model_file.sha256),
            domain=perception.domain,
            engine=perception.backend,
            precision=', '.join(sorted(self._precisions)),
            device=perception.choice.device,
            data=data.spec,
            split=data.split,
            images=self._images,
            input_sizes=tuple(sorted(self._seen)),
            padded_to=self._padded_to,
            semantic=semantic,
            depth=depth,
            normals=normals,
            skipped=skipped,
        )
