# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The logits of all classes at the size of the image, from the engine that would be deployed."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from hydranet_ros.deploy.engine import CpuEngine
from hydranet_ros.deploy.engines import backend_module
from hydranet_ros.deploy.engines import torch_engine
from hydranet_ros.deploy.options import Backend
from hydranet_ros.deploy.request import Shape
from hydranet_ros.deploy.selection import AUTO
from hydranet_ros.deploy.specialise import Cut
from hydranet_ros.errors import FrameError
from hydranet_ros.errors import HydranetError
from hydranet_ros.perception import Perception

_PREFERRED = (Backend.OPENVINO, Backend.ONNXRUNTIME)


def backend_with_logits(asked: str) -> str:
    """Return the backend to load a model on: for 'auto' the first of a CPU that runs here."""
    if asked != AUTO:
        return asked
    usable = (one for one in _PREFERRED if backend_module(one).unavailable() is None)
    return next((one.value for one in usable), AUTO)


def check_gives_logits(perception: Perception) -> None:
    """Raise HydranetError where the model has no classes, or its backend keeps the logits."""
    if 'labels' not in perception.outputs:
        raise HydranetError(
            f'{perception.card.name} predicts {" and ".join(perception.outputs)} and no classes, '
            'which the diagnostics are of. Give a model with classes; `hydranet evaluate` '
            'measures the rest.'
        )
    backend = perception.choice.backend
    on_cpu = backend is Backend.TORCH and not torch_engine.on_gpu()
    if not on_cpu and backend_module(backend).CUT is not Cut.LOGITS:
        raise _keeps_logits(backend.value)


def camera_logits(perception: Perception, rgb: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """Return the logits of all classes of the domain, float32 (C, H, W), of uint8 (H, W, 3) RGB.

    Upsampled as labels are (bilinear, half-pixel centres), so that the first of the largest is
    what `Perception.predict` says. FrameError for a network that gives no numbers.
    """
    height, width = rgb.shape[:2]
    with perception.engines.use(Shape(height, width, 1)) as engine:
        if not isinstance(engine, CpuEngine):
            raise _keeps_logits(engine.name)
        raw = engine.raw([rgb])['semantic'][0]
        if not np.isfinite(raw).all():
            raise FrameError(
                'the network gives no numbers (NaN). Its weights are damaged, or the precision is '
                'too low: --precision fp32.'
            )
        logits = np.empty((len(raw), height, width), np.float32)
        for source, target in zip(raw, logits, strict=True):
            cv2.resize(source, (width, height), dst=target, interpolation=cv2.INTER_LINEAR)
    return logits


def _keeps_logits(backend: str) -> HydranetError:
    return HydranetError(
        f'{backend} ends its graph with the labels on the GPU and gives no probabilities of all '
        'classes, which the diagnostics need. Give --backend openvino, or onnxruntime.'
    )
