# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""What a backend is asked to build."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from dataclasses import field
from typing import NamedTuple
from typing import TYPE_CHECKING

import onnx

from hydranet_ros.deploy.input_size import InputSize
from hydranet_ros.deploy.options import Backend
from hydranet_ros.deploy.options import BuilderOptions
from hydranet_ros.deploy.options import Precision
from hydranet_ros.deploy.rewrites import Rewrite
from hydranet_ros.deploy.specialise import Arithmetic
from hydranet_ros.deploy.specialise import Cut
from hydranet_ros.deploy.specialise import GraphSpec
from hydranet_ros.deploy.specialise import specialise
from hydranet_ros.zoo.card_types import ModelCard
from hydranet_ros.zoo.model_file import ModelFile

if TYPE_CHECKING:
    from hydranet_ros.deploy.calibration import Calibration


class Shape(NamedTuple):
    """What an engine takes: frames of this size in pixels, so many at a time."""

    height: int
    width: int
    batch: int = 1

    def __str__(self) -> str:
        size = f'{self.width}x{self.height}'
        return size if self.batch == 1 else f'{self.batch} of {size}'


def _ignore(line: str) -> None:
    pass


@dataclass(frozen=True)
class BuildRequest:
    """A model, the sizes (height, width) it shall run at, and how.

    calibration: what int8 needs. frames: what `open_source` opens, of the model's own domain, to
    judge the engine by. on_progress: called with a line for people.
    """

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
    builder: BuilderOptions = field(default_factory=BuilderOptions)
    calibration: Calibration | None = None
    frames: tuple[str, ...] = ()
    on_progress: Callable[[str], None] = field(default=_ignore, compare=False)

    @property
    def shape(self) -> Shape:
        """What the engine takes."""
        return Shape(*self.camera_size, self.batch)

    def graph(self, cut: Cut, arithmetic: Arithmetic = Arithmetic.FLOAT32) -> onnx.ModelProto:
        """Specialise the model file for this request."""
        # the logits cut reads images at input size, so one graph serves every camera size
        camera_size = self.camera_size if cut is Cut.FULL else self.input_size
        spec = GraphSpec(
            camera_size,
            self.input_size,
            self.batch,
            cut,
            self.domain,
            self.rewrites or frozenset(),
            arithmetic,
            self.calibration,
        )
        return specialise(self.model_file.unchanged(), self.card, spec)

    def cpu_graph(self) -> onnx.ModelProto:
        """Specialise it for a backend on a CPU: the logits cut, quantised where that is asked."""
        integer = self.precision is Precision.INT8
        return self.graph(Cut.LOGITS, Arithmetic.INT8_CPU if integer else Arithmetic.FLOAT32)


@dataclass(frozen=True)
class EngineSettings:
    """What all engines of one model share, whatever frames they are built for."""

    card: ModelCard
    model_file: ModelFile
    input_size: InputSize = field(default_factory=InputSize)
    domain: str | None = None
    threads: int = 0
    builder: BuilderOptions = field(default_factory=BuilderOptions)
    on_progress: Callable[[str], None] = field(default=_ignore, compare=False)

    def request(self, shape: Shape, backend: Backend, precision: Precision) -> BuildRequest:
        """Say what is built for frames of a shape, judged on the card's own frames."""
        size = (shape.height, shape.width)
        return BuildRequest(
            card=self.card,
            model_file=self.model_file,
            camera_size=size,
            input_size=self.input_size.of_frame(*size),
            backend=backend,
            precision=precision,
            batch=shape.batch,
            domain=self.domain,
            threads=self.threads,
            builder=self.builder,
            frames=(self.card.sample_frames,) if self.card.sample_frames else (),
            on_progress=self.on_progress,
        )
