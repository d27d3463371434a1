# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Measure networks, and frames to answers, against the official pipeline in the same run."""

from collections.abc import Callable
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
from datetime import datetime
from datetime import timezone
import os
from pathlib import Path

from hydranet_ros import __version__
from hydranet_ros.deploy.engines import torch_engine
from hydranet_ros.deploy.options import BuilderOptions
from hydranet_ros.deploy.selection import Choice
from hydranet_ros.evaluation.benchmark_frames import Frames
from hydranet_ros.evaluation.benchmark_frames import frames_on_disk
from hydranet_ros.evaluation.benchmark_frames import load_frames
from hydranet_ros.evaluation.benchmark_variants import CaseVariants
from hydranet_ros.evaluation.device_facts import device_facts
from hydranet_ros.evaluation.interleaving import measure
from hydranet_ros.evaluation.results import AblationResult
from hydranet_ros.evaluation.results import BenchmarkResult
from hydranet_ros.evaluation.results import CaseResult
from hydranet_ros.evaluation.results import NodeResult
from hydranet_ros.evaluation.results import SCHEMA
from hydranet_ros.evaluation.results import Speedup
from hydranet_ros.evaluation.results import VariantResult
from hydranet_ros.evaluation.results import Weights
from hydranet_ros.evaluation.rewrite_ablation import ablate
from hydranet_ros.evaluation.rewrite_ablation import selections_of
from hydranet_ros.zoo.card import load_card
from hydranet_ros.zoo.card_types import ModelCard
from hydranet_ros.zoo.model_file import ModelFile
from hydranet_ros.zoo.model_file import read_model_file
from hydranet_ros.zoo.resolve import resolve_model_file

_BASELINES = 2


@dataclass(frozen=True)
class Case:
    """A model at a frame size in pixels; weights: a local file in place of the card's."""

    model: str
    width: int
    height: int
    weights: Path | None = None


@dataclass(frozen=True)
class Plan:
    """What to measure and how often: `frames` batches in a round, of each size of `batches`.

    image: anything that `open_source` takes. builder: how TensorRT builds.
    """

    cases: tuple[Case, ...]
    choices: tuple[Choice, ...]
    rounds: int
    frames: int
    image: str = 'street'
    baselines: bool = True
    ablate: bool = False
    batches: tuple[int, ...] = (1,)
    builder: BuilderOptions = field(default_factory=BuilderOptions)


NodeMeasurement = Callable[[Case, Choice, Path], NodeResult]


def run_benchmark(
    plan: Plan,
    *,
    skipped: Sequence[str] = (),
    after_block: Callable[[], object] = lambda: None,
    node: NodeMeasurement | None = None,
) -> BenchmarkResult:
    """Measure every case; HydranetError where a model, its weights or an image cannot be had.

    Where several engines are asked for, one that cannot be built or differs too much from fp32
    joins `skipped`. after_block: called after each of `blocks(plan)` blocks. node: measures the
    whole node for a case, whose weights are a model file, an engine and a folder of frames; None
    leaves it out.
    """
    load = os.getloadavg()[0]
    left_out = list(skipped)
    cases = [
        _run_case(case, batch, plan, after_block, node, left_out)
        for case in plan.cases
        for batch in plan.batches
    ]
    return BenchmarkResult(
        schema=SCHEMA,
        version=__version__,
        date=datetime.now(timezone.utc).isoformat(timespec='seconds'),
        device=device_facts(),
        rounds=plan.rounds,
        frames=plan.frames,
        load_average=round(load, 2),
        cases=tuple(cases),
        skipped=tuple(left_out),
    )


def blocks(plan: Plan) -> int:
    """Count the blocks of frames that a plan takes."""
    per_round = len(plan.batches) * (len(plan.choices) + (_BASELINES if plan.baselines else 0))
    if plan.ablate:
        per_round += sum(len(selections_of(choice)) for choice in plan.choices)
    return len(plan.cases) * plan.rounds * per_round


def baselines_unavailable() -> str | None:
    """Tell why the official pipeline cannot run here; None where it can."""
    return torch_engine.unavailable()


def _run_case(
    case: Case,
    batch: int,
    plan: Plan,
    after_block: Callable[[], object],
    node: NodeMeasurement | None,
    left_out: list[str],
) -> CaseResult:
    card = load_card(case.model)
    model_file = read_model_file(resolve_model_file(card, case.weights))
    frames = load_frames(plan.image, case.height, case.width)
    with CaseVariants([frames[i % len(frames)] for i in range(batch)]) as compared:
        if plan.baselines:
            compared.add_baselines(card, model_file)
        compared.add_engines(case.model, model_file, plan.choices, plan.builder)
        left_out += [one for one in compared.left_out if one not in left_out]
        seconds = measure(
            compared.variants,
            frames,
            rounds=plan.rounds,
            block=plan.frames,
            batch=batch,
            after_block=after_block,
        )
        results = [
            VariantResult.of(one.name, one.device, seconds[one.name], compared.memory[one.name])
            for one in compared.variants
        ]
    whole_node, ablations = None, []
    if batch == plan.batches[0]:  # neither depends on it
        ablations = _ablations(card, model_file, plan, frames, after_block)
        if node is not None:
            with frames_on_disk(frames) as folder:
                local = replace(case, weights=model_file.path)
                whole_node = node(local, plan.choices[0], folder)
    return CaseResult(
        model=card.name,
        width=case.width,
        height=case.height,
        batch=batch,
        classes=len(card.classes_of(None)),
        outputs=compared.outputs,
        weights=Weights(model_file.name, model_file.sha256),
        image=plan.image,
        variants=tuple(results),
        speedups=tuple(_speedups(results, compared.baselines)),
        node=whole_node,
        ablations=tuple(ablations),
    )


def _speedups(results: Sequence[VariantResult], baselines: Sequence[str]) -> list[Speedup]:
    over = [one for one in results if one.name in baselines]
    return [
        Speedup.of(variant, baseline, stage)
        for variant in results
        for baseline in over
        if variant is not baseline
        for stage in ('network', 'total')
    ]


def _ablations(
    card: ModelCard,
    model_file: ModelFile,
    plan: Plan,
    frames: Frames,
    after_block: Callable[[], object],
) -> list[AblationResult]:
    if not plan.ablate:
        return []
    found = []
    for choice in plan.choices:
        if selections_of(choice):
            found.append(
                ablate(card, model_file, choice, frames, plan.rounds, plan.frames, after_block)
            )
    return found
