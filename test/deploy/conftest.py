# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Models and frames for the tests of engines."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pytest

from hydranet_ros.deploy.options import Backend
from hydranet_ros.deploy.options import Precision
from hydranet_ros.deploy.request import BuildRequest
from hydranet_ros.zoo import load_card
from hydranet_ros.zoo.card_types import ModelCard
from hydranet_ros.zoo.model_file import ModelFile
from hydranet_ros.zoo.model_file import read_model_file


@dataclass(frozen=True)
class Model:
    card: ModelCard
    file: ModelFile

    def request(self, size: tuple[int, int], **changes: object) -> BuildRequest:
        options: dict = {
            'card': self.card,
            'model_file': self.file,
            'camera_size': size,
            'input_size': size,
            'backend': Backend.ONNXRUNTIME,
            'precision': Precision.FP32,
        }
        return BuildRequest(**{**options, **changes})


@pytest.fixture(scope='session')
def street_model() -> Model:
    """11 classes and depth, as shipped."""
    card = load_card('street')
    return Model(card, read_model_file(card.path.parent / card.weights.location))


@pytest.fixture(scope='session')
def indoor_model(golden_model_file: Path) -> Model:
    """40 classes, depth and normals, golden weights."""
    return Model(load_card('nyud_normals'), read_model_file(golden_model_file))


@pytest.fixture(scope='session')
def frame() -> Callable[[int, int], np.ndarray]:
    """Make a picture of blurred noise: uint8 (H, W, 3)."""

    def make(height: int, width: int, seed: int = 0) -> np.ndarray:
        rng = np.random.default_rng(seed)
        coarse = rng.integers(0, 256, (height // 8 + 1, width // 8 + 1, 3), np.uint8)
        smooth = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
        return cv2.add(smooth, rng.integers(0, 20, smooth.shape, np.uint8))

    return make
