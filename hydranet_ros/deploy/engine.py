# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""What an engine is, and the one that CPU backends share: OpenCV around a bare network."""

from collections.abc import Collection
from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Protocol

import cv2
import numpy as np
import numpy.typing as npt

from hydranet_ros.deploy.finite import is_finite
from hydranet_ros.deploy.parity import Parity
from hydranet_ros.deploy.request import BuildRequest
from hydranet_ros.deploy.upsampling import Upsampler

Images = Sequence[npt.NDArray[np.uint8]]
Outputs = dict[str, np.ndarray]


@dataclass
class Timings:
    """Seconds that the last frame (or batch) took: resizing, network, everything after it.

    gpu: what the GPU's own clock says of copies and network, None where there is none.
    """

    pre: float = 0.0
    network: float = 0.0
    post: float = 0.0
    gpu: float | None = None

    @property
    def total(self) -> float:
        """The sum of the three stages."""
        return self.pre + self.network + self.post


class Engine(Protocol):
    """The network, compiled for one camera size and batch; used by one thread at a time.

    `parity` says how it compares with the fp32 graph, once it was judged; `spoilt` in how many
    images of the last run a sample of what was computed holds NaN or infinity.
    """

    name: str
    precision: str
    input_size: tuple[int, int]
    timings: Timings
    parity: Parity
    spoilt: int

    def run(
        self,
        images: Images,
        depth_scale: npt.NDArray[np.float32],
        wanted: Collection[str] | None = None,
        out: Sequence[Outputs] | None = None,
    ) -> list[Outputs]:
        """Give `labels`, `depth`, `confidence`, `normals` (those `wanted`) of each image.

        images: N arrays uint8 (H, W, 3) RGB of the camera size. depth_scale: float32 (N,).
        out: arrays to write into, by name, for each image.
        """

    def close(self) -> None:
        """Free what the engine holds."""


class Runner(Protocol):
    """A backend's bare network (the logits cut), compiled for one input size and batch."""

    def infer(self, images: npt.NDArray[np.uint8]) -> dict[str, npt.NDArray[np.float32]]:
        """Map uint8 [N, h, w, 3] to raw float32 by task, at logits size, valid until next."""

    def close(self) -> None:
        """Free the backend's memory."""


class CpuEngine:
    """Resize with OpenCV, run a backend's network, upsample and take the argmax with OpenCV."""

    def __init__(
        self,
        name: str,
        precision: str,
        runner: Runner,
        upsampler: Upsampler,
        input_size: tuple[int, int],
        batch: int,
    ) -> None:
        self.name = name
        self.precision = precision
        self.input_size = input_size
        self.timings = Timings()
        self.parity = Parity(not_judged='not yet')
        self.spoilt = 0
        self._runner = runner
        self._upsampler = upsampler
        self._input = np.empty((batch, *input_size, 3), np.uint8)

    def run(
        self,
        images: Images,
        depth_scale: npt.NDArray[np.float32],
        wanted: Collection[str] | None = None,
        out: Sequence[Outputs] | None = None,
    ) -> list[Outputs]:
        start = perf_counter()
        batch = self._fit(images)
        prepared = perf_counter()
        raw = self._runner.infer(batch)
        inferred = perf_counter()
        results = []
        self.spoilt = 0
        for i, scale in enumerate(depth_scale):
            one = {task: value[i] for task, value in raw.items()}
            self.spoilt += not is_finite(one.values())
            target = out[i] if out is not None else {}
            results.append(self._upsampler.outputs(one, float(scale), wanted, target))
        self.timings.pre = prepared - start
        self.timings.network = inferred - prepared
        self.timings.post = perf_counter() - inferred
        return results

    def raw(self, images: Images) -> dict[str, npt.NDArray[np.float32]]:
        """Give the raw task outputs [N, C, h, w] at logits size, valid until the next call."""
        return self._runner.infer(self._fit(images))

    def close(self) -> None:
        self._runner.close()

    def _fit(self, images: Images) -> npt.NDArray[np.uint8]:
        """Bring the images to the input size; a single fitting one is viewed, not copied.

        A read-only one is copied too: OpenVINO takes no view of it.
        """
        height, width = self.input_size
        first = images[0]
        if len(images) == 1 and first.shape[:2] == (height, width) and first.flags.carray:
            return first[None]
        for target, image in zip(self._input, images, strict=True):
            if image.shape[:2] == (height, width):
                np.copyto(target, image)
            else:
                cv2.resize(image, (width, height), dst=target, interpolation=cv2.INTER_LINEAR)
        return self._input


def cpu_engine(request: BuildRequest, runner: Runner) -> CpuEngine:
    """Put OpenCV around the network that a CPU backend made for `request`."""
    return CpuEngine(
        name=request.backend.value,
        precision=request.precision.value,
        runner=runner,
        upsampler=Upsampler(request.camera_size, request.card.normals_axes),
        input_size=request.input_size,
        batch=request.batch,
    )
