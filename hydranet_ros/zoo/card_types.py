# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""What a model card holds: all that the rest of the project knows about a model."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field
from enum import Enum
import logging
from pathlib import Path

import numpy as np
import numpy.typing as npt

from hydranet_ros.errors import HydranetError
from hydranet_ros.networks.options import NetworkOptions

_log = logging.getLogger(__name__)


class Task(str, Enum):
    """What one head of the network predicts."""

    SEMANTIC = 'semantic'
    DEPTH = 'depth'
    NORMALS = 'normals'


@dataclass(frozen=True)
class SemanticClass:
    """A class and its RGB display colour."""

    name: str
    color: tuple[int, int, int]


@dataclass(frozen=True)
class DepthRange:
    """Depths (metres) that the model was trained for; those outside are no measurement.

    They are metres of the canonical camera, to which training brings all its images; for another
    camera they are multiplied by `scale_for`. `focal_length_px` is the canonical camera's at input
    size, None where unknown.
    """

    min_m: float
    max_m: float
    metric: bool
    focal_length_px: float | None

    def scale_for(self, fx: float) -> float | None:
        """Return what makes metres for a camera of focal length `fx` (pixels, at input size).

        A lens twice as long shows all things twice as large, which the network takes for half as
        far. None where `fx` is not positive or the focal length of training is unknown.
        """
        if not fx > 0 or not self.focal_length_px:
            return None
        return fx / self.focal_length_px


@dataclass(frozen=True)
class Domain:
    """A named slice `start:stop` of the classes, with its own depth range where that differs."""

    name: str
    start: int
    stop: int
    depth: DepthRange | None = None


@dataclass(frozen=True)
class Figure:
    """One result, for example mIoU of 87.02 % on KITTI-6, and where it is published."""

    metric: str
    value: float
    unit: str | None
    data: str
    source: str


@dataclass(frozen=True)
class WeightsSource:
    """Where the weights are: a URL, or a path in the card's folder, with what verifies them.

    `family` names the official checkpoint format; None stands for a model file (.onnx).
    `git_blob` is what `git hash-object` prints. `size` is in bytes. `lost` says why the weights
    can no longer be had from the location; None where they can.
    """

    location: str
    sha256: str | None
    git_blob: str | None
    size: int | None
    family: str | None
    lost: str | None = None

    @property
    def is_url(self) -> bool:
        """Whether the weights are downloaded."""
        return '://' in self.location


@dataclass(frozen=True)
class ModelCard:
    """A model as its card (YAML) describes it.

    `normals_axes` names the axes of the three stored channels in the optical frame (x right,
    y down, z forward), for example 'x z y'; a minus sign before an axis flips it.
    `sample_frames` is a source of frames like those that the model was trained for, by which its
    engines are judged; None where none can be had everywhere. `options` are those of the network
    beside its architecture.
    """

    name: str
    title: str
    architecture: str
    tasks: tuple[Task, ...]
    classes: tuple[SemanticClass, ...]
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    depth: DepthRange | None
    normals_axes: str | None
    domains: tuple[Domain, ...]
    training_data: str
    licence: str
    licence_note: str
    figures: tuple[Figure, ...]
    weights: WeightsSource
    path: Path
    sample_frames: str | None = None
    options: NetworkOptions = field(default_factory=NetworkOptions)

    def select_domain(self, name: str | None) -> Domain | None:
        """Return the named domain; without a name the first one (logged), None if there is none.

        HydranetError for an unknown name.
        """
        if name is None:
            if not self.domains:
                return None
            known = ', '.join(domain.name for domain in self.domains)
            _log.info('%s: domain %s (of %s)', self.name, self.domains[0].name, known)
            return self.domains[0]
        for domain in self.domains:
            if domain.name == name:
                return domain
        known = ', '.join(domain.name for domain in self.domains)
        advice = f'choose one of: {known}' if known else 'it has none, leave the domain out'
        raise HydranetError(f'Model {self.name} has no domain {name!r}; {advice}.')

    def class_slice(self, domain: str | None = None) -> slice:
        """Return the channels of the semantic logits that belong to a domain."""
        chosen = self.select_domain(domain)
        return slice(chosen.start, chosen.stop) if chosen else slice(0, len(self.classes))

    def classes_of(self, domain: str | None = None) -> tuple[SemanticClass, ...]:
        """Return the classes of a domain; their places are the label ids."""
        return self.classes[self.class_slice(domain)]

    def depth_of(self, domain: str | None = None) -> DepthRange | None:
        """Return the depth range of a domain, the model's where the domain states none."""
        chosen = self.select_domain(domain)
        return chosen.depth if chosen and chosen.depth else self.depth

    def palette(self, domain: str | None = None) -> npt.NDArray[np.uint8]:
        """Return the colours of the label ids, uint8 (256, 3) RGB; unused ids are black."""
        palette = np.zeros((256, 3), np.uint8)
        for label, semantic_class in enumerate(self.classes_of(domain)):
            palette[label] = semantic_class.color
        return palette
