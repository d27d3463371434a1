# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""A model as the topics see it: what it can say, its classes, and how its answers are shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hydranet_ros.outputs import Look
from hydranet_ros.prediction_filter import PredictionFilter
from hydranet_ros.ros.settings import Settings
from hydranet_ros.zoo.card import ModelCard
from hydranet_ros.zoo.card import Task
from hydranet_ros.zoo.card_types import SemanticClass


@dataclass(frozen=True)
class ServedModel:
    """A card in one of its domains (None: it has none)."""

    card: ModelCard
    domain: str | None

    @classmethod
    def of(cls, card: ModelCard, domain: str) -> ServedModel:
        """Choose a domain by its name, '' for the card's first; HydranetError where none is so."""
        chosen = card.select_domain(domain or None)
        return cls(card, chosen.name if chosen else None)

    @property
    def classes(self) -> Sequence[SemanticClass]:
        """The classes, in the order of their ids."""
        return self.card.classes_of(self.domain)

    @property
    def tasks(self) -> frozenset[Task]:
        """What it predicts."""
        return frozenset(self.card.tasks)

    def derived(self, settings: Settings) -> frozenset[Task]:
        """What is computed from what it predicts."""
        possible = Task.DEPTH in self.tasks and Task.NORMALS not in self.tasks
        return frozenset({Task.NORMALS} if possible and settings.normals_from_depth else ())

    def offered(self, settings: Settings) -> frozenset[Task]:
        """What there are topics for."""
        return self.tasks | self.derived(settings)

    def knows(self, classes: Sequence[str]) -> bool:
        """Tell whether it has all classes of these names."""
        return {one.name for one in self.classes}.issuperset(classes)

    def filter(self, settings: Settings) -> PredictionFilter:
        """Return the limits of what is published; HydranetError for classes that it has not."""
        return PredictionFilter(
            self.classes,
            settings.classes,
            settings.confidence_threshold,
            settings.depth_min,
            settings.depth_max,
        )

    def look(self, settings: Settings) -> Look:
        """Return the colours of the pictures for people."""
        near, far = settings.depth_color_min, settings.depth_color_max
        depth = self.card.depth_of(self.domain)
        if far == 0 and depth is not None:
            near, far = depth.min_m, depth.max_m
        palette, quality = self.card.palette(self.domain), settings.jpeg_quality
        return Look(palette, settings.overlay_alpha, near, far, quality)
