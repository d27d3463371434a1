# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The project's own ways from a frame to its answer, as a benchmark runs them."""

from collections.abc import Sequence
from dataclasses import fields
from dataclasses import replace
from time import perf_counter

import numpy as np
import numpy.typing as npt

from hydranet_ros.deploy.cache_key import BUILT_BY_TENSORRT
from hydranet_ros.deploy.engine import Engine
from hydranet_ros.deploy.engine import Timings
from hydranet_ros.deploy.engines import backend_module
from hydranet_ros.deploy.options import Backend
from hydranet_ros.deploy.options import BuilderOptions
from hydranet_ros.deploy.options import Precision
from hydranet_ros.deploy.selection import AUTO
from hydranet_ros.deploy.selection import Choice
from hydranet_ros.deploy.selection import choose
from hydranet_ros.errors import HydranetError
from hydranet_ros.perception import Perception
from hydranet_ros.perception import Prediction

ALL = 'all'
# What the official pipeline gives too; confidence would be extra work.
OUTPUTS = ('labels', 'depth', 'normals')


class PredictVariant:
    """The API: `predict` with kept output arrays, as the node calls it."""

    def __init__(
        self,
        perception: Perception,
        height: int,
        width: int,
        batch: int = 1,
        builder: BuilderOptions | None = None,
    ) -> None:
        perception.prepare(height, width, batch)
        # what runs: an engine that differs too much from fp32 was replaced just now
        self.name = name_of(perception.choice, builder)
        self.device = perception.choice.device
        self._perception = perception
        self.wanted = tuple(name for name in perception.outputs if name in OUTPUTS)
        self.outputs = [_empty_outputs(self.wanted, height, width) for _ in range(batch)]

    def run(self, frames: Sequence[npt.NDArray[np.uint8]]) -> Timings:
        """Predict; what `predict` does outside the engine counts as post."""
        start = perf_counter()
        self._perception.predict(frames, depth_scale=1.0, out=self.outputs, wanted=self.wanted)
        total = perf_counter() - start
        inside = self._perception.timings
        post = total - inside.pre - inside.network
        return Timings(inside.pre, inside.network, post, inside.gpu)

    def close(self) -> None:
        """Free the engine."""
        self._perception.close()


class EngineVariant:
    """An engine alone, under a name of the caller's."""

    def __init__(self, name: str, device: str, engine: Engine) -> None:
        self.name = name
        self.device = device
        self._engine = engine
        self._scale = np.ones(1, np.float32)

    def run(self, frames: Sequence[npt.NDArray[np.uint8]]) -> Timings:
        """Run the engine on a batch of one frame."""
        self._engine.run(frames, self._scale, OUTPUTS)
        return replace(self._engine.timings)

    def close(self) -> None:
        """Free the engine."""
        self._engine.close()


def name_of(choice: Choice, builder: BuilderOptions | None = None) -> str:
    """Name a variant by its backend and precision, and by what TensorRT is told beside them."""
    parts = [f'{choice.backend.value} {choice.precision.value}']
    if builder is not None and choice.backend in BUILT_BY_TENSORRT:
        for one in fields(builder):
            value = getattr(builder, one.name)
            if value != one.default:
                parts.append(f'{one.name} {value}')
    return ', '.join(parts)


def choices(backend: str, precision: str) -> tuple[list[Choice], list[str]]:
    """Choose by name, ALL and AUTO included: what runs, best first, and what cannot and why."""
    if backend != ALL and precision != ALL:
        return [choose(backend, precision)], []
    best = choose(AUTO, AUTO if precision == ALL else precision)
    skipped: list[str] = []
    pairs = []
    for one in Backend if backend == ALL else [choose(backend, AUTO).backend]:
        module = backend_module(one)
        reason = module.unavailable()
        if reason is not None:
            skipped.append(f'{one.value}: {reason}')
            continue
        offered: tuple[Precision, ...] = module.precisions()
        fitting = [p for p in offered if precision in (ALL, AUTO, p.value)]
        if not fitting:
            skipped.append(f'{one.value}: no {precision} on {module.device()}')
        pairs += [(one.value, p.value) for p in (fitting[:1] if precision == AUTO else fitting)]
    if not pairs:
        raise HydranetError(f'The backend cannot run so here: {"; ".join(skipped)}.')
    found = [choose(*pair) for pair in pairs]
    found.sort(key=lambda one: (one.backend, one.precision) != (best.backend, best.precision))
    return found, skipped


def _empty_outputs(names: Sequence[str], height: int, width: int) -> Prediction:
    shapes = {'normals': (height, width, 3)}
    return Prediction(
        **{
            name: np.empty(
                shapes.get(name, (height, width)), np.uint8 if name == 'labels' else np.float32
            )
            for name in names
        }
    )
