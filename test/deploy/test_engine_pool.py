# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Engines in memory: real ones of ONNX Runtime; verdicts of the gate are given by the tests."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
import logging
from threading import Event

import numpy as np
import pytest

from hydranet_ros.deploy import engine_pool
from hydranet_ros.deploy.build import build_engine
from hydranet_ros.deploy.build import Refused
from hydranet_ros.deploy.cache import EngineCache
from hydranet_ros.deploy.engine import Engine
from hydranet_ros.deploy.engine_pool import EnginePool
from hydranet_ros.deploy.options import Precision
from hydranet_ros.deploy.parity import Parity
from hydranet_ros.deploy.request import BuildRequest
from hydranet_ros.deploy.request import EngineSettings
from hydranet_ros.deploy.request import Shape
from hydranet_ros.deploy.selection import Choice
from hydranet_ros.deploy.selection import choose
from hydranet_ros.errors import HydranetError
from test.deploy.conftest import Model

SMALL, LARGE = Shape(64, 64), Shape(64, 96)
DEADLINE_S = 60.0
Pool = Callable[..., EnginePool]


@pytest.fixture
def pool(street_model: Model, monkeypatch: pytest.MonkeyPatch) -> Pool:
    """Make pools of fp32 engines whose int8 is refused for the sizes named."""

    def make(
        *, refused: tuple[Shape, ...] = (), precision: str = 'fp32', **options: int
    ) -> EnginePool:
        asked: Choice = choose('onnxruntime', 'fp32')
        asked = replace(asked, precision=Precision(precision))

        def build(request: BuildRequest) -> Engine:
            low = request.precision is Precision.INT8
            if low and any(request.camera_size == one[:2] for one in refused):
                raise Refused(request, Parity(fault='labels agree on 1 % of clear pixels'))
            plain = replace(request, precision=Precision.FP32, frames=())
            engine = build_engine(plain, EngineCache(None))
            engine.parity = Parity(labels=0.99 if low else 1.0, frames=1, source='the test')
            return engine

        monkeypatch.setattr(engine_pool, 'build_engine', build)
        return EnginePool(EngineSettings(street_model.card, street_model.file), asked, **options)

    return make


def run(pool: EnginePool, shape: Shape) -> None:
    frames = list(np.zeros((shape.batch, *shape[:2], 3), np.uint8))
    with pool.use(shape) as engine:
        results = engine.run(frames, np.ones(shape.batch, np.float32))
    assert [one['labels'].shape for one in results] == [shape[:2]] * shape.batch


def test_engines_are_built_once_and_those_used_longest_ago_go(pool: Pool) -> None:
    engines = pool(kept=2)
    run(engines, SMALL)
    run(engines, LARGE)
    with engines.use(SMALL) as first:
        pass
    two = SMALL._replace(batch=2)
    run(engines, two)
    assert [one.shape for one in engines.infos] == [SMALL, two]
    with engines.use(SMALL) as again:
        assert again is first
    assert engines.info(LARGE) is None
    run(engines, LARGE)  # built again
    assert [one.shape for one in engines.infos] == [SMALL, LARGE]


def test_sizes_times_batches_of_several_cameras_stay(pool: Pool) -> None:
    engines = pool()
    shapes = [shape._replace(batch=batch) for shape in (SMALL, LARGE) for batch in (1, 2, 3, 4)]
    for shape in shapes:
        engines.prepare(shape)
    assert [one.shape for one in engines.infos] == shapes


def test_each_size_has_the_precision_that_passes_there(
    pool: Pool, caplog: pytest.LogCaptureFixture
) -> None:
    engines = pool(refused=(LARGE,), precision='int8')
    assert engines.description.startswith('onnxruntime int8 on ')
    with caplog.at_level(logging.WARNING):
        engines.prepare(SMALL)
        engines.prepare(LARGE)
    (sentence,) = engines.refused
    assert sentence.startswith('onnxruntime int8 for 96x64 differs too much from fp32: labels')
    assert sentence.endswith('fp32 is taken in its place.')
    assert sentence in caplog.messages
    assert [one.choice.precision.value for one in engines.infos] == ['int8', 'fp32']
    assert engines.choice.reason == 'int8 differs too much from fp32'
    assert engines.description.startswith('onnxruntime int8 for 64x64, fp32 for 96x64 on ')
    assert engines.parity == (
        '64x64: labels agree on 99.00 % of clear pixels over 1 frames of the test; '
        '96x64: labels agree on 100.00 % of clear pixels over 1 frames of the test'
    )


def test_batches_of_one_size_have_its_precision(pool: Pool) -> None:
    engines = pool(refused=(LARGE,), precision='int8')
    engines.prepare(LARGE)
    batch = LARGE._replace(batch=3)
    assert engines.request(batch).precision is Precision.FP32
    engines.prepare(batch)
    assert len(engines.refused) == 1  # int8 was not built again
    assert engines.info(batch) is not None
    assert str(batch) == '3 of 96x64'
    assert engines.request(SMALL).precision is Precision.INT8


def test_what_the_last_precision_fails_at_is_raised(
    pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    engines = pool(refused=(LARGE,), precision='int8')
    monkeypatch.setattr(engine_pool, 'next_precision', lambda choice: None)
    with pytest.raises(Refused, match='int8 for 96x64 differs too much'):
        engines.prepare(LARGE)
    assert engines.infos == ()
    assert engines.parity == ''


def test_an_engine_can_be_used_while_another_is_built(
    pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    engines = pool()
    engines.prepare(SMALL)
    build, building, finish = engine_pool.build_engine, Event(), Event()

    def slowly(request: BuildRequest) -> Engine:
        building.set()
        assert finish.wait(DEADLINE_S)
        return build(request)

    monkeypatch.setattr(engine_pool, 'build_engine', slowly)
    with ThreadPoolExecutor(1) as other:
        prepared = other.submit(engines.prepare, LARGE)
        try:
            assert building.wait(DEADLINE_S)
            run(engines, SMALL)
            engines.prepare(SMALL)
            assert engines.info(LARGE) is None
        finally:
            finish.set()
        prepared.result(DEADLINE_S)
    run(engines, LARGE)


def test_an_engine_being_built_is_freed_once_the_pool_is_closed(
    pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    engines = pool()
    build, freed = engine_pool.build_engine, []

    def meanwhile(request: BuildRequest) -> Engine:
        engine = build(request)
        monkeypatch.setattr(engine, 'close', lambda: freed.append(engine))
        engines.close()
        return engine

    monkeypatch.setattr(engine_pool, 'build_engine', meanwhile)
    with pytest.raises(HydranetError, match='closed'):
        engines.prepare(SMALL)
    assert len(freed) == 1
    assert engines.infos == ()
