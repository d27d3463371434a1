# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The engine that GPU backends share: the full cut between fixed host arrays."""

from collections.abc import Collection
from collections.abc import Sequence
from time import perf_counter
from typing import Protocol

import numpy as np
import numpy.typing as npt

from hydranet_ros.deploy.engine import Images
from hydranet_ros.deploy.engine import Outputs
from hydranet_ros.deploy.engine import Timings
from hydranet_ros.deploy.finite import is_finite
from hydranet_ros.deploy.parity import Parity


class GpuRunner(Protocol):
    """A backend's full cut, compiled for one camera size, input size and batch.

    inputs: host arrays (pinned where the backend can) to write before `run`: `image` uint8
    [N, H, W, 3] and, where the model has depth, `depth_scale` float32 [N].
    outputs: host arrays by name, [N, H, W(, 3)]; those wanted are valid after `run`, until the
    next.
    """

    inputs: dict[str, np.ndarray]
    outputs: dict[str, np.ndarray]

    def run(self, wanted: Collection[str]) -> float | None:
        """Copy in, execute, copy the `wanted` outputs out, wait.

        Returns the seconds between GPU events around all of it, None where there are none.
        """

    def close(self) -> None:
        """Free the backend's memory; `inputs` and `outputs` are void after it."""


class GpuEngine:
    """Hand frames to a GPU and answers back; nothing but copies happens on the CPU."""

    def __init__(
        self, name: str, precision: str, input_size: tuple[int, int], runner: GpuRunner
    ) -> None:
        self.name = name
        self.precision = precision
        self.input_size = input_size
        self.timings = Timings()
        self.parity = Parity(not_judged='not yet')
        self.spoilt = 0
        self._runner = runner

    def run(
        self,
        images: Images,
        depth_scale: npt.NDArray[np.float32],
        wanted: Collection[str] | None = None,
        out: Sequence[Outputs] | None = None,
    ) -> list[Outputs]:
        start = perf_counter()
        inputs = self._runner.inputs
        for target, image in zip(inputs['image'], images, strict=True):
            np.copyto(target, image)
        if 'depth_scale' in inputs:
            np.copyto(inputs['depth_scale'], depth_scale)
        names = [n for n in self._runner.outputs if wanted is None or n in wanted]
        prepared = perf_counter()
        gpu = self._runner.run(names)
        inferred = perf_counter()
        results = []
        floats = [n for n in names if self._runner.outputs[n].dtype == np.float32]
        self.spoilt = 0
        for i in range(len(images)):
            self.spoilt += not is_finite(self._runner.outputs[n][i] for n in floats)
            targets = out[i] if out is not None else {}
            results.append({n: _copy(self._runner.outputs[n][i], targets.get(n)) for n in names})
        self.timings.pre = prepared - start
        self.timings.network = inferred - prepared
        self.timings.post = perf_counter() - inferred
        self.timings.gpu = gpu
        return results

    def close(self) -> None:
        self._runner.close()


def _copy(source: np.ndarray, target: np.ndarray | None) -> np.ndarray:
    if target is None:
        return source.copy()
    np.copyto(target, source)
    return target
