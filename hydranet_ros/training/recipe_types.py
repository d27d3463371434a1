# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""What a training recipe (`config/training/*.yaml`) says. Relative paths: `--data`, `--out`."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field

from hydranet_ros.networks.options import NetworkOptions
from hydranet_ros.training.recipe_auxiliary_loss import AuxiliaryLoss
from hydranet_ros.training.recipe_card import CardRecipe
from hydranet_ros.training.recipe_choices import Accelerator
from hydranet_ros.training.recipe_choices import Decay
from hydranet_ros.training.recipe_choices import DecoderStart
from hydranet_ros.training.recipe_choices import Optimiser
from hydranet_ros.training.recipe_choices import Precision
from hydranet_ros.training.recipe_choices import ScaleLaw
from hydranet_ros.training.recipe_choices import Weighting
from hydranet_ros.training.recipe_label_loss import LabelLoss
from hydranet_ros.zoo.card_types import DepthRange
from hydranet_ros.zoo.card_types import Domain
from hydranet_ros.zoo.card_types import SemanticClass
from hydranet_ros.zoo.card_types import Task


@dataclass(frozen=True)
class Annotations:
    """Labels that a teacher stored in `folder` (of --out), and how far to trust them."""

    folder: str
    weight: float = 1.0
    min_confidence: float = 0.0


@dataclass(frozen=True)
class TrainingSet:
    """A data set in a stream: `batch` images of it in every batch.

    `domain` names the slice of the classes that its labels mean, where the network has several.
    `classes` renames its classes to those of the network; null ignores one.
    """

    set: str
    batch: int
    split: str | None = None
    domain: str | None = None
    classes: dict[str, str | None] = field(default_factory=dict)
    annotations: tuple[Annotations, ...] = ()


@dataclass(frozen=True)
class StreamRecipe:
    """Images that share a crop and are mixed in every batch."""

    crop: tuple[int, int]
    data: tuple[TrainingSet, ...]
    scale: tuple[float, float] = (1.0, 1.0)
    scale_law: ScaleLaw = ScaleLaw.LOG
    flip: bool = True
    colour: float = 0.0


@dataclass(frozen=True)
class ValidationSet:
    """A data set to measure on after every `every` epochs, and after the last.

    `figure`: whether the card lists what was measured; not for images that are trained on.
    """

    set: str
    split: str | None = None
    domain: str | None = None
    classes: dict[str, str | None] = field(default_factory=dict)
    every: int = 1
    batch: int = 4
    figure: bool = True


@dataclass(frozen=True)
class LabellingJob:
    """A teacher's run over images, before training; `out` is a folder of --out."""

    teacher: str
    images: str
    out: str
    split: str | None = None
    class_map: str | None = None


@dataclass(frozen=True)
class Start:
    """Where the weights begin: one of imagenet, model, checkpoint and recipe, else random.

    `model` is a model's name, the path of its card, or a model file. `recipe` is another recipe of
    the same network, which is trained first. `decoder` draws what these do not give: `paper` from
    N(0, 0.01) (searched networks: as torch does), `torch` as torch does, `scaled` so that every
    layer passes its input on at its size. `depth_m`: what the depth heads begin at.
    """

    imagenet: str | None = None
    model: str | None = None
    checkpoint: str | None = None
    recipe: str | None = None
    decoder: DecoderStart = DecoderStart.PAPER
    depth_m: float = 0.0


@dataclass(frozen=True)
class OptimiserRecipe:
    """The optimiser; `lr_decoder` is of the heads too."""

    lr_encoder: float
    lr_decoder: float
    kind: Optimiser = Optimiser.SGD
    momentum: float = 0.9
    weight_decay: float = 1e-5
    decay_bn_and_biases: bool = False


@dataclass(frozen=True)
class Schedule:
    """A factor on the learning rates, after a linear rise over `warmup_steps`.

    poly: (1 - step / steps) ** power. step: `factor` to the number of `every` epochs gone by.
    """

    kind: Decay = Decay.POLY
    power: float = 0.9
    every: int = 100
    factor: float = 0.1
    warmup_steps: int = 0


@dataclass(frozen=True)
class Losses:
    """The tasks' losses; `fixed` lists their weights, 1 where it does not.

    `class_weights`: factors on the cross-entropy of classes by name, else 1. `jaccard`: the weight
    of the soft Jaccard loss. `beyond_range`: classes beyond the range of depth, as the sky.
    """

    berhu_over: str = 'all'
    class_weights: dict[str, float] = field(default_factory=dict)
    jaccard: float = 0.0
    beyond_range: tuple[str, ...] = ()
    weighting: Weighting = Weighting.FIXED
    fixed: dict[str, float] = field(default_factory=dict)
    labels: LabelLoss = field(default_factory=LabelLoss)
    auxiliary: AuxiliaryLoss = field(default_factory=AuxiliaryLoss)


@dataclass(frozen=True)
class Recipe:
    """A whole training: what the network is, what it learns from and how.

    A step takes one batch of every stream on each of `devices` times `num_nodes` devices, with
    fewer one after the other. `steps_per_epoch` null: one pass over the first set of the first
    stream. `ema`: the decay of the weights' average, which is measured and published; null: none.
    """

    name: str
    tasks: tuple[Task, ...]
    streams: tuple[StreamRecipe, ...]
    optimiser: OptimiserRecipe
    epochs: int
    classes: tuple[SemanticClass, ...] = ()
    domains: tuple[Domain, ...] = ()
    depth: DepthRange | None = None
    architecture: str = 'multitask_refinenet'
    options: NetworkOptions = field(default_factory=NetworkOptions)
    start: Start = Start()
    prepare: tuple[LabellingJob, ...] = ()
    validation: tuple[ValidationSet, ...] = ()
    select: str | None = None
    schedule: Schedule = Schedule()
    losses: Losses = Losses()
    steps_per_epoch: int | None = None
    clip_norm: float | None = None
    ema: float | None = None
    precision: Precision = Precision.FP32
    frozen_bn: bool = False
    freeze_bn_from_epoch: int | None = None
    compile: bool = False
    channels_last: bool = False
    seed: int = 0
    accelerator: Accelerator = Accelerator.AUTO
    devices: int = 1
    num_nodes: int = 1
    workers: int = 1
    cache_mb: int = 2048
    checkpoint_every: int = 1
    card: CardRecipe | None = None


def domain_of(recipe: Recipe, name: str | None) -> Domain:
    """Return the slice of the classes that a set's labels mean: all where there are no domains."""
    for domain in recipe.domains:
        if domain.name == name:
            return domain
    return Domain('', 0, len(recipe.classes), recipe.depth)
