# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Judge an engine against the fp32 graph on frames of the model's own domain."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace

import cv2
import numpy as np
import numpy.typing as npt

from hydranet_ros.deploy.engine import CpuEngine
from hydranet_ros.deploy.engine import Engine
from hydranet_ros.deploy.engine import Outputs
from hydranet_ros.deploy.engines import backend_module
from hydranet_ros.deploy.options import Backend
from hydranet_ros.deploy.options import Precision
from hydranet_ros.deploy.parity import bounds_of
from hydranet_ros.deploy.parity import MARGIN
from hydranet_ros.deploy.parity import Parity
from hydranet_ros.deploy.request import BuildRequest
from hydranet_ros.deploy.upsampling import Upsampler
from hydranet_ros.sources.sampling import sample_frames

FRAMES = 3
REFERENCES = (Backend.ONNXRUNTIME, Backend.OPENVINO)


def judge(engine: Engine, request: BuildRequest) -> Parity:
    """Compare an engine of `request` with the fp32 graph, unchanged, on a CPU backend.

    The verdict's `fault` says what is out of bounds, the figures how far.
    """
    if not request.frames:
        return Parity(not_judged='no frames of its domain; give some to hydranet build --images')
    backend = next((b for b in REFERENCES if backend_module(b).unavailable() is None), None)
    if backend is None:
        return Parity(not_judged='no fp32 reference here; pip install onnxruntime')
    request.on_progress('comparing with fp32')
    frames = list(sample_frames(request.frames, FRAMES, request.camera_size))
    source = ', '.join(request.frames)
    plain = replace(request, backend=backend, precision=Precision.FP32, batch=1)
    reference: CpuEngine = backend_module(backend).build(replace(plain, rewrites=frozenset()))
    comparison = _Comparison(Upsampler(request.camera_size, request.card.normals_axes))
    ones = np.ones(request.batch, np.float32)
    try:
        raws = [
            {task: value[0].copy() for task, value in reference.raw([frame]).items()}
            for frame in frames
        ]
        for first in range(len(frames)):
            # each place of a batch holds another frame
            places = [(first + place) % len(frames) for place in range(request.batch)]
            answers = engine.run([frames[i] for i in places], ones)
            for i, answer in zip(places, answers, strict=True):
                comparison.add(raws[i], answer)
    finally:
        reference.close()
    return comparison.verdict(request.precision, len(frames), source)


@dataclass
class _Comparison:
    """Counts over frames; differences are kept, as percentiles need them all."""

    upsampler: Upsampler
    clear: int = 0
    agreeing: int = 0
    finite: bool = True
    depths: list[npt.NDArray[np.float32]] = field(default_factory=list)
    normals: list[npt.NDArray[np.float32]] = field(default_factory=list)

    def add(self, raw: dict[str, npt.NDArray[np.float32]], outputs: Outputs) -> None:
        """Take the raw outputs of the fp32 graph and what the engine says of the same frame."""
        expected = self.upsampler.outputs(raw, 1.0, ('labels', 'depth', 'normals'), {})
        if 'labels' in expected:
            clear = _clear_pixels(raw['semantic'], expected['labels'].shape)
            self.clear += int(np.count_nonzero(clear))
            same = expected['labels'] == outputs['labels']
            self.agreeing += int(np.count_nonzero(same & clear))
        if 'depth' in expected:
            self.finite &= bool(np.isfinite(outputs['depth']).all())
            reference = np.maximum(expected['depth'], 1e-3)
            self.depths.append(np.abs(outputs['depth'] - expected['depth']) / reference)
        if 'normals' in expected:
            self.finite &= bool(np.isfinite(outputs['normals']).all())
            self.normals.append(_degrees(expected['normals'], outputs['normals']))

    def verdict(self, precision: Precision, frames: int, source: str) -> Parity:
        """Put the figures beside the bounds of the precision."""
        labels = self.agreeing / self.clear if self.clear else None
        if labels is None and not self.depths and not self.normals:
            return Parity(not_judged='no pixel of its sample frames is clear enough')
        depth, depth_p99 = _median_and_p99(self.depths if self.finite else [])
        normals, normals_p99 = _median_and_p99(self.normals if self.finite else [])
        parity = Parity(labels, depth, depth_p99, normals, normals_p99, frames, source)
        return replace(parity, fault=_fault(parity, precision, self.finite))


def _degrees(
    expected: npt.NDArray[np.float32], found: npt.NDArray[np.float32]
) -> npt.NDArray[np.float32]:
    """Give the angles between unit vectors by their chords, which small angles do not round."""
    half_chord = np.linalg.norm(found - expected, axis=-1) / 2
    angles: npt.NDArray[np.float32] = np.degrees(2 * np.arcsin(np.minimum(half_chord, 1)))
    return angles


def _median_and_p99(
    differences: list[npt.NDArray[np.float32]],
) -> tuple[float, float] | tuple[None, None]:
    if not differences:
        return None, None
    together = np.concatenate([one.ravel() for one in differences])
    median, p99 = np.percentile(together, [50, 99])
    return float(median), float(p99)


def _clear_pixels(logits: npt.NDArray[np.float32], size: tuple[int, ...]) -> npt.NDArray[np.bool_]:
    """Tell where the two best classes' probabilities differ by more than MARGIN."""
    best = np.full(size, -np.inf, np.float32)
    second = np.full(size, -np.inf, np.float32)
    total = np.zeros(size, np.float32)
    shift = float(logits.max())
    for logit in logits:
        full = cv2.resize(logit, size[::-1], interpolation=cv2.INTER_LINEAR)
        np.maximum(second, np.minimum(best, full), out=second)
        np.maximum(best, full, out=best)
        total += np.exp(full - shift)
    return (np.exp(best - shift) - np.exp(second - shift)) / total > MARGIN


def _fault(parity: Parity, precision: Precision, finite: bool) -> str:
    if not finite:
        return 'it gives NaN or infinite depths or normals'
    bounds = bounds_of(precision)
    faults = []
    if parity.labels is not None and not parity.labels >= bounds.labels:
        faults.append(
            f'labels agree on {100 * parity.labels:.2f} % of clear pixels '
            f'(at least {100 * bounds.labels:g} %)'
        )
    if parity.depth_median is not None and parity.depth_p99 is not None:
        found = 100 * parity.depth_median, 100 * parity.depth_p99
        allowed = 100 * bounds.depth_median, 100 * bounds.depth_p99
        faults += _beyond('depth differs', '%', found, allowed)
    if parity.normals_median is not None and parity.normals_p99 is not None:
        found = parity.normals_median, parity.normals_p99
        allowed = bounds.normals_median, bounds.normals_p99
        faults += _beyond('normals differ', 'degrees', found, allowed)
    return ', '.join(faults)


def _beyond(
    what: str, unit: str, found: tuple[float, float], allowed: tuple[float, float]
) -> list[str]:
    places = zip(('median', '99th percentile'), found, allowed, strict=True)
    return [
        f'{what} by {value:.2f} {unit} at the {place} (at most {bound:.3g} {unit})'
        for place, value, bound in places
        if not value <= bound
    ]
