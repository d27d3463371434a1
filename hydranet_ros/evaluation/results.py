# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""What a benchmark has measured. Times are in milliseconds; ratios are within one run."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hydranet_ros.evaluation.device_facts import DeviceFacts

PERCENTILES = (50, 95, 99)
STAGES = ('pre', 'network', 'post', 'total')
SCHEMA = 2


@dataclass(frozen=True)
class Percentiles:
    """Percentiles of a time in milliseconds, interpolated linearly between frames."""

    p50: float
    p95: float
    p99: float

    @classmethod
    def of(cls, seconds: npt.ArrayLike) -> 'Percentiles':
        """Take them of all the given times (seconds, any shape)."""
        values = np.percentile(np.asarray(seconds, np.float64), PERCENTILES) * 1e3
        return cls(*(round(float(value), 3) for value in values))


@dataclass(frozen=True)
class StageTimes:
    """Times of one frame's stages: before the network, the network, after it, and all of it."""

    pre: Percentiles
    network: Percentiles
    post: Percentiles
    total: Percentiles


@dataclass(frozen=True)
class VariantResult:
    """One way from a batch of frames to its answers: uint8 RGB in, outputs at full size out.

    All times are of a batch. network_medians, total_medians: one a round, in milliseconds. gpu:
    between events on the GPU around copies and network, None where there are none. gpu_memory_mib:
    what the process took on the GPU for this variant, the first time with the CUDA context; None
    where nvidia-smi does not tell.
    """

    name: str
    device: str
    samples: int
    times: StageTimes
    network_medians: tuple[float, ...]
    total_medians: tuple[float, ...]
    gpu: Percentiles | None
    gpu_memory_mib: int | None

    @classmethod
    def of(
        cls,
        name: str,
        device: str,
        seconds: npt.NDArray[np.float64],
        gpu_memory_mib: int | None = None,
    ) -> 'VariantResult':
        """Sum up seconds [rounds, batches, stages in the order of STAGES and then the GPU's]."""
        stages, gpu = seconds[..., : len(STAGES)], seconds[..., len(STAGES)]
        medians = np.median(stages, axis=1) * 1e3
        by_stage = dict(zip(STAGES, medians.T, strict=True))
        return cls(
            name=name,
            device=device,
            samples=seconds.shape[0] * seconds.shape[1],
            times=StageTimes(*(Percentiles.of(stages[..., i]) for i in range(len(STAGES)))),
            network_medians=_rounded(by_stage['network']),
            total_medians=_rounded(by_stage['total']),
            gpu=None if np.isnan(gpu).any() else Percentiles.of(gpu),
            gpu_memory_mib=gpu_memory_mib,
        )


@dataclass(frozen=True)
class Speedup:
    """How many times faster `variant` is than `over`: the median round, the worst, the best."""

    variant: str
    over: str
    stage: str
    median: float
    lowest: float
    highest: float

    @classmethod
    def of(cls, variant: VariantResult, over: VariantResult, stage: str) -> 'Speedup':
        """Divide the medians round by round, so that both sides had the same machine."""
        medians = [getattr(one, f'{stage}_medians') for one in (variant, over)]
        ratios = np.array(medians[1]) / np.array(medians[0])
        values = (float(f(ratios)) for f in (np.median, np.min, np.max))
        return cls(variant.name, over.name, stage, *(round(value, 3) for value in values))


@dataclass(frozen=True)
class Weights:
    """Which weights ran: the name in the model file's metadata, and its SHA-256."""

    name: str
    sha256: str


@dataclass(frozen=True)
class AblationResult:
    """What graph rewrites are worth on one engine; speedups are of the network over 'none'."""

    engine: str
    variants: tuple[VariantResult, ...]
    speedups: tuple[Speedup, ...]


@dataclass(frozen=True)
class NodeResult:
    """The whole node: a camera process, a perception process, and a subscriber in a third.

    stages: the node's own, as on /diagnostics. camera_to_subscriber: from the image's stamp to
    the receipt of the last output of that stamp. lost: None where the middleware cannot tell.
    """

    engine: str
    ros: str
    rate_hz: float
    samples: int
    counts: dict[str, int]
    lost: int | None
    stages: dict[str, Percentiles]
    camera_to_subscriber: Percentiles


@dataclass(frozen=True)
class CaseResult:
    """One model at one frame size and batch."""

    model: str
    width: int
    height: int
    batch: int
    classes: int
    outputs: tuple[str, ...]
    weights: Weights
    image: str
    variants: tuple[VariantResult, ...]
    speedups: tuple[Speedup, ...]
    node: NodeResult | None = None
    ablations: tuple[AblationResult, ...] = ()


@dataclass(frozen=True)
class BenchmarkResult:
    """One run on one device. date: UTC, ISO 8601. skipped: what could not run here, and why."""

    schema: int
    version: str
    date: str
    device: DeviceFacts
    rounds: int
    frames: int
    load_average: float
    cases: tuple[CaseResult, ...]
    skipped: tuple[str, ...]


def _rounded(values: npt.NDArray[np.float64]) -> tuple[float, ...]:
    return tuple(round(float(value), 3) for value in values)
