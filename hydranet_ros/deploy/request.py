# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""What a backend is asked to build."""

from dataclasses import dataclass

import onnx

from hydranet_ros.deploy.options import Backend
from hydranet_ros.deploy.options import Precision
from hydranet_ros.deploy.rewrites import Rewrite
from hydranet_ros.deploy.specialise import Cut
from hydranet_ros.deploy.specialise import GraphSpec
from hydranet_ros.deploy.specialise import specialise
from hydranet_ros.zoo.card_types import ModelCard
from hydranet_ros.zoo.model_file import ModelFile


@dataclass(frozen=True)
class BuildRequest:
    """A model, the sizes (height, width) it shall run at, and how."""

    card: ModelCard
    model_file: ModelFile
    camera_size: tuple[int, int]
    input_size: tuple[int, int]
    backend: Backend
    precision: Precision
    batch: int = 1
    domain: str | None = None
    threads: int = 0  # 0: as many as the machine has
    rewrites: frozenset[Rewrite] | None = None  # None: those that pay on the backend

    def logits_graph(self, rewrites: frozenset[Rewrite]) -> onnx.ModelProto:
        """Specialise the model file for this request, cut at logits size."""
        # the logits cut reads images at input size, so one graph serves every camera size
        spec = GraphSpec(
            self.input_size, self.input_size, self.batch, Cut.LOGITS, self.domain, rewrites
        )
        return specialise(self.model_file.unchanged(), self.card, spec)
