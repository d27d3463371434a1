# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The engines against each other. Speed is measured by `hydranet benchmark`, not here."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from hydranet_ros.deploy.build import build_engine
from hydranet_ros.deploy.cache import EngineCache
from hydranet_ros.deploy.engines import backend_module
from hydranet_ros.deploy.options import Backend
from hydranet_ros.deploy.options import Precision
from hydranet_ros.errors import FrameError
from test.deploy.conftest import Model

ONE = np.ones(1, np.float32)
BACKENDS = [one for one in Backend if backend_module(one).unavailable() is None]
HAS_BF16 = Precision.BF16 in backend_module(Backend.OPENVINO).precisions()


@pytest.mark.parametrize('backend', [Backend.OPENVINO, Backend.ONNXRUNTIME])
def test_fp32_engines_equal_torch(
    indoor_model: Model, frame: Callable, tmp_path: Path, backend: Backend
) -> None:
    rgb, cache = frame(97, 131), EngineCache(tmp_path)
    reference = build_engine(indoor_model.request((97, 131), backend=Backend.TORCH), cache)
    expected = reference.run([rgb], ONE)[0]
    for attempt in ('built', 'from the cache'):
        engine = build_engine(indoor_model.request((97, 131), backend=backend), cache)
        found = engine.run([rgb], ONE)[0]
        assert (found['labels'] != expected['labels']).mean() <= 1e-3, attempt
        np.testing.assert_allclose(found['depth'], expected['depth'], rtol=1e-3, atol=1e-3)
        assert np.abs(found['normals'] - expected['normals']).max() <= 1e-2
        engine.close()


@pytest.mark.skipif(not HAS_BF16, reason='this processor has no bf16')
def test_bf16_is_close_to_fp32(street_model: Model, frame: Callable, tmp_path: Path) -> None:
    """On noise, whose labels hang by less than those of a street."""
    rgb, cache, found = frame(240, 320), EngineCache(tmp_path), {}
    for precision in (Precision.FP32, Precision.BF16):
        request = street_model.request((240, 320), backend=Backend.OPENVINO, precision=precision)
        engine = build_engine(request, cache)
        assert engine.precision == precision.value
        found[precision] = engine.run([rgb], ONE)[0]
    full, half = found[Precision.FP32], found[Precision.BF16]
    assert (full['labels'] == half['labels']).mean() > 0.8
    assert (full['depth'] != half['depth']).any(), 'the hint was ignored'


@pytest.mark.parametrize('backend', BACKENDS)
def test_batches_and_input_sizes(
    street_model: Model, frame: Callable, tmp_path: Path, backend: Backend
) -> None:
    cache = EngineCache(tmp_path)
    changes = {'backend': backend, 'input_size': (64, 96)}
    frames = [frame(128, 192, seed) for seed in range(2)]
    scales = np.array([1, 2], np.float32)
    pair = build_engine(street_model.request((128, 192), batch=2, **changes), cache)
    both = pair.run(frames, scales)
    single = build_engine(street_model.request((128, 192), **changes), cache)
    for result, image, scale in zip(both, frames, scales, strict=True):
        one = single.run([image], np.array([scale]))[0]
        assert one['labels'].shape == (128, 192)
        assert (one['labels'] != result['labels']).mean() <= 2e-3
        np.testing.assert_allclose(one['depth'], result['depth'], rtol=1e-2, atol=1e-2)


@pytest.mark.parametrize('backend', BACKENDS)
def test_a_read_only_frame_is_taken(
    street_model: Model, frame: Callable, tmp_path: Path, backend: Backend
) -> None:
    """As np.asarray gives of a PIL image, and np.frombuffer of bytes."""
    engine = build_engine(street_model.request((64, 96), backend=backend), EngineCache(tmp_path))
    rgb = frame(64, 96)
    expected = engine.run([rgb], ONE)[0]['labels']
    rgb.flags.writeable = False
    np.testing.assert_array_equal(engine.run([rgb], ONE)[0]['labels'], expected)


@pytest.mark.parametrize('backend', BACKENDS)
def test_a_frame_too_small_is_told_with_both_sizes(
    street_model: Model, tmp_path: Path, backend: Backend
) -> None:
    request = street_model.request((64, 96), input_size=(16, 24), backend=backend)
    with pytest.raises(FrameError, match='33x33 pixels, but sees 24x16 of a frame of 96x64'):
        build_engine(request, EngineCache(tmp_path))


def test_a_network_too_large_is_told(street_model: Model, tmp_path: Path) -> None:
    request = street_model.request((5000, 5000), input_size=(10000, 10000))
    with pytest.raises(FrameError, match='would see 10000x10000 pixels, 67108864 at most'):
        build_engine(request, EngineCache(tmp_path))


def test_strided_frames_and_timings(street_model: Model, frame: Callable, tmp_path: Path) -> None:
    engine = build_engine(street_model.request((64, 96)), EngineCache(tmp_path))
    padded = frame(64, 100)
    view = padded[:, :96]
    whole = engine.run([np.ascontiguousarray(view)], ONE)[0]
    np.testing.assert_array_equal(engine.run([view], ONE)[0]['labels'], whole['labels'])
    assert engine.timings.network > 0
    assert engine.timings.total >= engine.timings.network
