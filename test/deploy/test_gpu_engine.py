# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The engine that GPU backends share, over a runner in host memory: ONNX Runtime on the CPU.

No GPU takes part: pinned memory, streams and events are the backends' own to test.
"""

from collections.abc import Callable
from collections.abc import Collection

import numpy as np
import onnxruntime
import pytest

from hydranet_ros.deploy.build import build_engine
from hydranet_ros.deploy.cache import EngineCache
from hydranet_ros.deploy.gpu_engine import GpuEngine
from hydranet_ros.deploy.specialise import Cut
from hydranet_ros.deploy.specialise import GraphSpec
from hydranet_ros.deploy.specialise import specialise
from test.deploy.conftest import Model

CAMERA, SIZE = (96, 130), (48, 65)
SCALES = np.array([1.5, 0.5], np.float32)


class HostRunner:
    """The full cut in ONNX Runtime; what is not wanted keeps its old content."""

    def __init__(self, model: Model, batch: int) -> None:
        spec = GraphSpec(CAMERA, SIZE, batch, Cut.FULL)
        graph = specialise(model.file.path, model.card, spec)
        self._session = onnxruntime.InferenceSession(graph.SerializeToString())
        self.inputs = {
            'image': np.empty((batch, *CAMERA, 3), np.uint8),
            'depth_scale': np.empty(batch, np.float32),
        }
        self.outputs = {
            one.name: np.zeros(one.shape, np.uint8 if 'uint8' in one.type else np.float32)
            for one in self._session.get_outputs()
        }
        self.closed = False
        self.asked: list[list[str]] = []

    def run(self, wanted: Collection[str]) -> float | None:
        self.asked.append(list(wanted))
        for name, value in zip(wanted, self._session.run(wanted, self.inputs), strict=True):
            self.outputs[name][:] = value
        return 0.25

    def close(self) -> None:
        self.closed = True


@pytest.fixture(scope='module')
def runner(indoor_model: Model) -> HostRunner:
    return HostRunner(indoor_model, batch=2)


@pytest.fixture
def engine(runner: HostRunner) -> GpuEngine:
    return GpuEngine('host', 'fp32', SIZE, runner)


@pytest.fixture(scope='module')
def frames(frame: Callable) -> list[np.ndarray]:
    """Two frames that halve exactly: OpenCV would round to integers."""
    return [frame(48, 65, seed).repeat(2, 0).repeat(2, 1) for seed in range(2)]


def test_it_equals_the_cpu_engine(
    engine: GpuEngine, indoor_model: Model, frames: list[np.ndarray]
) -> None:
    request = indoor_model.request(CAMERA, input_size=SIZE, batch=2)
    expected = build_engine(request, EngineCache(None)).run(frames, SCALES)
    for ours, theirs in zip(engine.run(frames, SCALES), expected, strict=True):
        assert set(ours) == {'labels', 'depth', 'confidence', 'normals'} == set(theirs)
        for name, value in theirs.items():
            assert (ours[name].shape, ours[name].dtype) == (value.shape, value.dtype), name
        assert (ours['labels'] != theirs['labels']).mean() <= 1e-3
        np.testing.assert_allclose(ours['depth'], theirs['depth'], rtol=1e-3, atol=1e-3)
        assert np.abs(ours['normals'] - theirs['normals']).max() <= 1e-2


def test_results_outlive_the_next_frame(engine: GpuEngine, frames: list[np.ndarray]) -> None:
    first = engine.run(frames, SCALES)
    kept = [one['depth'].copy() for one in first]
    engine.run(frames[::-1], SCALES)
    for one, before in zip(first, kept, strict=True):
        np.testing.assert_array_equal(one['depth'], before)


def test_only_what_is_wanted_is_asked_for_and_written_in_place(
    engine: GpuEngine, runner: HostRunner, frames: list[np.ndarray]
) -> None:
    labels = [np.full(CAMERA, 255, np.uint8) for _ in frames]
    results = engine.run(frames, SCALES, ['depth', 'labels'], [{'labels': one} for one in labels])
    assert sorted(runner.asked[-1]) == ['depth', 'labels']
    whole = engine.run(frames, SCALES)
    for result, target, full in zip(results, labels, whole, strict=True):
        assert set(result) == {'depth', 'labels'}
        assert result['labels'] is target
        np.testing.assert_array_equal(target, full['labels'])
        np.testing.assert_array_equal(result['depth'], full['depth'])


def test_strided_frames_are_taken(engine: GpuEngine, frames: list[np.ndarray]) -> None:
    padded = [np.pad(one, ((0, 0), (0, 7), (0, 0))) for one in frames]
    views = [one[:, : CAMERA[1]] for one in padded]
    expected = engine.run(frames, SCALES, ['labels'])
    for ours, theirs in zip(engine.run(views, SCALES, ['labels']), expected, strict=True):
        np.testing.assert_array_equal(ours['labels'], theirs['labels'])


def test_timings_name_the_gpu_s(engine: GpuEngine, frames: list[np.ndarray]) -> None:
    engine.run(frames, SCALES)
    assert engine.timings.gpu == 0.25
    assert min(engine.timings.pre, engine.timings.network, engine.timings.post) > 0


def test_a_batch_of_another_size_is_no_batch(engine: GpuEngine, frames: list[np.ndarray]) -> None:
    with pytest.raises(ValueError, match='shorter|longer'):
        engine.run(frames[:1], SCALES)


def test_closing_frees_the_runner(runner: HostRunner) -> None:
    GpuEngine('host', 'fp32', SIZE, runner).close()
    assert runner.closed
