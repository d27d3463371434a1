# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The real TensorRT on a real GPU: runs only where both are. Nothing of it has run so far."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from hydranet_ros.deploy.build import build_engine
from hydranet_ros.deploy.cache import EngineCache
from hydranet_ros.deploy.engines import tensorrt_engine
from hydranet_ros.deploy.options import Backend
from hydranet_ros.deploy.options import Precision
from hydranet_ros.deploy.parity import bounds_of
from test.deploy.conftest import Model

pytestmark = [pytest.mark.gpu, pytest.mark.tensorrt, pytest.mark.timeout(1800)]
SIZE = (350, 1200)


@pytest.fixture(autouse=True)
def _needs_tensorrt() -> None:
    reason = tensorrt_engine.unavailable()
    if reason is not None:
        pytest.skip(reason)


@pytest.mark.parametrize('precision', list(tensorrt_engine.precisions()))
def test_it_passes_the_gate_and_comes_from_the_cache(
    street_model: Model, tmp_path: Path, precision: Precision
) -> None:
    lines: list[str] = []
    request = street_model.request(
        SIZE,
        backend=Backend.TENSORRT,
        precision=precision,
        frames='street',
        on_progress=lines.append,
    )
    cache = EngineCache(tmp_path)
    engine = build_engine(request, cache)
    assert engine.parity.labels is not None
    assert engine.parity.labels >= bounds_of(precision).labels
    engine.close()
    assert any(line.startswith('TensorRT: ') for line in lines)
    lines.clear()
    build_engine(request, cache).close()
    assert not any(line.startswith('TensorRT: ') for line in lines)


def test_batches_and_threads(street_model: Model, frame: Callable, tmp_path: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    request = street_model.request((128, 192), backend=Backend.TENSORRT, batch=2)
    engine = build_engine(request, EngineCache(tmp_path))
    reference = build_engine(
        street_model.request((128, 192), backend=Backend.ONNXRUNTIME, batch=2), EngineCache(None)
    )
    frames, scales = [frame(128, 192, seed) for seed in range(2)], np.array([1, 2], np.float32)
    with ThreadPoolExecutor(1) as other:
        found = other.submit(engine.run, frames, scales).result()
    for ours, theirs in zip(found, reference.run(frames, scales), strict=True):
        assert (ours['labels'] != theirs['labels']).mean() <= 0.01
        np.testing.assert_allclose(ours['depth'], theirs['depth'], rtol=0.05, atol=0.05)
    assert engine.timings.gpu is not None
    assert 0 < engine.timings.gpu < engine.timings.network
    engine.close()
