# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""NaN and infinity in what a network computes are counted, by both kinds of engine."""

import numpy as np
import pytest

from hydranet_ros.deploy.engine import Runner
from hydranet_ros.deploy.finite import is_finite
from hydranet_ros.deploy.gpu_engine import GpuEngine
from hydranet_ros.deploy.request import Shape
from hydranet_ros.perception import Perception
from test.deploy.conftest import Model
from test.deploy.test_gpu_engine import CAMERA
from test.deploy.test_gpu_engine import HostRunner
from test.deploy.test_gpu_engine import SCALES
from test.deploy.test_gpu_engine import SIZE

FRAME = np.full((64, 96, 3), 90, np.uint8)


@pytest.mark.parametrize('value', [np.nan, np.inf, -np.inf])
def test_a_region_that_is_spoilt_is_seen(value: float) -> None:
    maps = np.zeros((3, 20, 30), np.float32)
    assert is_finite([maps, maps[0]])
    maps[2, 10:14, 20:24] = value
    assert not is_finite([maps])
    assert is_finite([maps[0]])


class Overflowing:
    """A real runner whose float16 overflows in one region, as on some images."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner

    def infer(self, images: np.ndarray) -> dict[str, np.ndarray]:
        raw = {task: value.copy() for task, value in self._runner.infer(images).items()}
        raw['depth'][..., 4:9, 4:9] = np.inf
        return raw

    def close(self) -> None:
        self._runner.close()


def test_frames_with_numbers_that_are_none_are_counted() -> None:
    with Perception.load('street', backend='onnxruntime', precision='fp32') as perception:
        perception.predict(FRAME)
        assert perception.spoilt == 0
        with perception.engines.use(Shape(64, 96, 1)) as engine:
            engine._runner = Overflowing(engine._runner)
        perception.predict(FRAME, wanted=['labels'])
        perception.predict(FRAME)
        assert perception.spoilt == 2


def test_an_engine_of_a_gpu_counts_spoilt_frames(indoor_model: Model) -> None:
    runner = HostRunner(indoor_model, batch=2)
    engine = GpuEngine('host', 'fp32', SIZE, runner)
    frames = [np.full((*CAMERA, 3), 90, np.uint8)] * 2
    engine.run(frames, SCALES)
    assert engine.spoilt == 0
    runner.outputs['depth'][1] = np.nan
    runner.run = lambda wanted: None
    engine.run(frames, SCALES)
    assert engine.spoilt == 1
    engine.run(frames, SCALES, wanted=['labels'])
    assert engine.spoilt == 0
