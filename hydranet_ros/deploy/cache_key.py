# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""What a compiled engine depends on: where any of it differs, another is built."""

from __future__ import annotations

from dataclasses import asdict
from dataclasses import dataclass
import hashlib
import json
from types import ModuleType

from hydranet_ros.deploy.options import Backend
from hydranet_ros.deploy.options import Precision
from hydranet_ros.deploy.parity import VERSION as GATE
from hydranet_ros.deploy.request import BuildRequest
from hydranet_ros.deploy.specialise import Cut
from hydranet_ros.deploy.specialise import VERSION

BUILT_BY_TENSORRT = (Backend.TENSORRT, Backend.ONNXRUNTIME_TENSORRT)


@dataclass(frozen=True)
class CacheKey:
    """All that a compiled engine depends on."""

    model_sha256: str
    specialiser: int
    cut: str
    camera_size: tuple[int, int]
    input_size: tuple[int, int]
    batch: int
    mean_std: tuple[float, ...]
    classes: tuple[int, int]
    normals_axes: str | None
    precision: str
    calibration: str
    rewrites: tuple[str, ...]
    backend: str
    backend_version: str
    device: str
    builder: tuple[tuple[str, int], ...]
    gate: int = GATE

    @classmethod
    def of(cls, request: BuildRequest, module: ModuleType) -> CacheKey:
        """Take what the engine of `request` by a backend's module depends on."""
        card = request.card
        classes = card.class_slice(request.domain)
        full = module.CUT is Cut.FULL  # the other one knows nothing of the camera
        options = tuple(sorted(asdict(request.builder).items()))
        quantised = request.precision is Precision.INT8 and request.calibration is not None
        return cls(
            model_sha256=request.model_file.sha256,
            specialiser=VERSION,
            cut=module.CUT.value,
            camera_size=request.camera_size if full else request.input_size,
            input_size=request.input_size,
            batch=request.batch,
            mean_std=(*card.mean, *card.std),
            classes=(classes.start, classes.stop),
            normals_axes=card.normals_axes if full else None,
            precision=request.precision.value,
            calibration=request.calibration.digest if quantised and request.calibration else '',
            rewrites=tuple(sorted(r.value for r in request.rewrites or ())),
            backend=request.backend.value,
            backend_version=module.version(),
            device=module.device(),
            builder=options if request.backend in BUILT_BY_TENSORRT else (),
        )

    @property
    def stem(self) -> str:
        """A file name that a person can read and no other key has."""
        digest = hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()
        height, width = self.input_size
        return f'{self.backend}-{self.precision}-{width}x{height}-{digest[:20]}'
