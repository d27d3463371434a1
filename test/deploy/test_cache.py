# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""A cached engine is used only where it is the right one, and never costs more than a log line."""

from collections.abc import Callable
from dataclasses import fields
from dataclasses import replace
import json
import logging
from pathlib import Path

import numpy as np
import pytest

from hydranet_ros.deploy.build import build_engine
from hydranet_ros.deploy.cache import EngineCache
from hydranet_ros.deploy.cache import Stored
from hydranet_ros.deploy.cache_key import CacheKey
from hydranet_ros.deploy.engines import backend_module
from hydranet_ros.deploy.options import Backend
from hydranet_ros.deploy.parity import Parity
from hydranet_ros.deploy.rewrites import Rewrite
from hydranet_ros.errors import HydranetError
from test.deploy.conftest import Model

SIZE = (64, 96)
ENGINE = Stored(b'engine', Parity(labels=0.999, frames=3, source='street'))
BACKENDS = [Backend.OPENVINO, Backend.ONNXRUNTIME]


@pytest.fixture
def key(street_model: Model) -> CacheKey:
    request = street_model.request(SIZE, rewrites=frozenset({Rewrite.SCALE_CHANNELS}))
    return CacheKey.of(request, backend_module(request.backend))


def test_what_was_put_is_got(tmp_path: Path, key: CacheKey) -> None:
    cache = EngineCache(tmp_path)
    assert cache.get(key) is None
    cache.put(key, ENGINE)
    assert cache.get(key) == ENGINE
    assert sorted(p.suffix for p in tmp_path.iterdir()) == ['.engine', '.json']


def test_every_field_of_the_key_counts(tmp_path: Path, key: CacheKey) -> None:
    cache = EngineCache(tmp_path)
    cache.put(key, ENGINE)
    for field in fields(CacheKey):
        old = getattr(key, field.name)
        new = (
            old + 1
            if isinstance(old, int)
            else (*old[:-1], 9)
            if isinstance(old, tuple)
            else 'other'
        )
        other = replace(key, **{field.name: new})
        assert other.stem != key.stem, field.name
        assert cache.get(other) is None, field.name


def test_the_stem_is_not_trusted_alone(
    tmp_path: Path, key: CacheKey, caplog: pytest.LogCaptureFixture
) -> None:
    cache = EngineCache(tmp_path)
    other = replace(key, device='another processor')
    cache.put(other, ENGINE)
    for suffix in ('.engine', '.json'):
        (tmp_path / f'{other.stem}{suffix}').rename(tmp_path / f'{key.stem}{suffix}')
    assert cache.get(key) is None
    assert len(caplog.records) == 1
    assert 'stale or damaged' in caplog.text


@pytest.mark.parametrize('damage', ['engine', 'sidecar', 'no sidecar', 'list'])
def test_damage_is_noticed(tmp_path: Path, key: CacheKey, damage: str) -> None:
    cache = EngineCache(tmp_path)
    cache.put(key, ENGINE)
    engine, sidecar = tmp_path / f'{key.stem}.engine', tmp_path / f'{key.stem}.json'
    if damage == 'engine':
        engine.write_bytes(b'engina')
    elif damage == 'sidecar':
        sidecar.write_text(sidecar.read_text()[:40])
    elif damage == 'list':
        sidecar.write_text('[]')
    else:
        sidecar.unlink()
    assert cache.get(key) is None


def test_a_folder_that_cannot_be_written_costs_a_log_line(
    tmp_path: Path, key: CacheKey, caplog: pytest.LogCaptureFixture
) -> None:
    blocked = tmp_path / 'file'
    blocked.write_text('')
    EngineCache(blocked / 'engines').put(key, ENGINE)
    assert 'was not kept' in caplog.text


def test_a_cache_folder_that_cannot_be_made_costs_a_log_line(
    street_model: Model, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv('HYDRANET_CACHE', '/proc/nothing can be made here')
    build_engine(street_model.request(SIZE)).close()
    assert len(caplog.records) == 1
    assert 'nothing is kept. The cache folder /proc/nothing' in caplog.text


def test_a_refused_engine_in_a_read_only_folder_costs_a_log_line(
    tmp_path: Path,
    key: CacheKey,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(path: Path, missing_ok: bool = False) -> None:
        raise PermissionError(path)

    cache = EngineCache(tmp_path)
    cache.put(key, ENGINE)
    monkeypatch.setattr(Path, 'unlink', refuse)  # root may write where others may not
    cache.discard(key, RuntimeError('no engine'))
    assert 'was refused (no engine)' in caplog.text


@pytest.mark.parametrize('backend', [*BACKENDS, Backend.TORCH])
def test_a_model_file_that_was_replaced_is_not_kept_under_the_old_name(
    street_model: Model, tmp_path: Path, backend: Backend
) -> None:
    path = tmp_path / 'model.onnx'
    path.write_bytes(street_model.file.path.read_bytes() + b'\0')
    request = street_model.request(
        SIZE, backend=backend, model_file=replace(street_model.file, path=path)
    )
    with pytest.raises(HydranetError, match=r'model\.onnx has changed since it was loaded'):
        build_engine(request, EngineCache(tmp_path / 'engines'))
    assert not (tmp_path / 'engines').exists()


@pytest.mark.parametrize('backend', BACKENDS)
def test_a_refused_engine_is_built_again(
    street_model: Model,
    frame: Callable,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    backend: Backend,
) -> None:
    """An engine with the right checksum that its backend cannot read, as after a silent change."""
    caplog.set_level(logging.WARNING)
    request = street_model.request(SIZE, backend=backend)
    cache = EngineCache(tmp_path)
    rgb = frame(*SIZE)
    expected = build_engine(request, cache).run([rgb], np.ones(1, np.float32))[0]
    (sidecar,) = tmp_path.glob('*.json')
    described = json.loads(sidecar.read_text())['key']
    lists = {k: tuple(v) if isinstance(v, list) else v for k, v in described.items()}
    cache.put(CacheKey(**lists), Stored(b'not an engine at all', Parity(labels=1.0)))
    found = build_engine(request, cache).run([rgb], np.ones(1, np.float32))[0]
    np.testing.assert_array_equal(found['labels'], expected['labels'])
    assert len(caplog.records) == 1
    assert 'was refused' in caplog.text
    assert len(list(tmp_path.glob('*.engine'))) == 1, 'it is kept again'
    assert build_engine(request, cache) is not None
    assert len(caplog.records) == 1
