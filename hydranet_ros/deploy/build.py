# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""From a request to an engine that runs and was judged."""

from __future__ import annotations

from dataclasses import replace
import logging
from types import ModuleType

from hydranet_ros.deploy.cache import EngineCache
from hydranet_ros.deploy.cache import Stored
from hydranet_ros.deploy.cache_key import CacheKey
from hydranet_ros.deploy.engine import Engine
from hydranet_ros.deploy.engines import backend_module
from hydranet_ros.deploy.input_size import check_sizes
from hydranet_ros.deploy.judging import judge
from hydranet_ros.deploy.options import Precision
from hydranet_ros.deploy.parity import Parity
from hydranet_ros.deploy.request import BuildRequest
from hydranet_ros.errors import first_line
from hydranet_ros.errors import HydranetError

_log = logging.getLogger(__name__)


class Refused(HydranetError):  # noqa: N818 - a verdict
    """Say that an engine was built and differs too much from fp32."""

    def __init__(self, request: BuildRequest, parity: Parity) -> None:
        self.parity = parity
        super().__init__(
            f'{request.backend.value} {request.precision.value} for {request.shape} differs too '
            f'much from fp32: {parity.fault} ({parity.frames} frames of {parity.source}).'
        )


def build_engine(
    request: BuildRequest, cache: EngineCache | None = None, *, judge_again: bool = False
) -> Engine:
    """Build the engine and judge it, or load it from `cache` (default: the user's folder).

    judge_again: judge a kept one too. Raises FrameError for a size that the network cannot take,
    Refused for an engine that differs too much from fp32, HydranetError where the backend fails.
    """
    check_sizes(request.camera_size, request.input_size, request.card.options.limit)
    cache = cache or EngineCache.of_user()
    module = backend_module(request.backend)
    request = _completed(request, module)
    key = CacheKey.of(request, module)
    stored = cache.get(key)
    if stored is not None and stored.parity.fault and not judge_again:
        raise Refused(request, stored.parity)
    engine = _load(request, module, cache, key, stored)
    data = stored.data if stored is not None else None
    if engine is None:
        if data is not None:
            stored = None  # its backend refused it: its figures are not the next one's
        engine, data = _build(request, module, cache, key)
    known = stored.parity if stored is not None and not judge_again else None
    if known is None or (known.not_judged and request.frames):
        parity = _judge(engine, request)
        cache.put(key, Stored(None if parity.fault else data, parity))
    else:
        parity = known
    if parity.fault:
        engine.close()
        raise Refused(request, parity)
    engine.parity = parity
    return engine


def _completed(request: BuildRequest, module: ModuleType) -> BuildRequest:
    """Fill in the backend's rewrites, and the calibration that int8 needs."""
    integer = request.precision is Precision.INT8
    rewrites = request.rewrites
    if rewrites is None:
        rewrites = module.rewrites(request.precision)
    calibration = request.calibration
    if integer and calibration is None:
        from hydranet_ros.deploy.calibration import find_calibration

        calibration = find_calibration(request.card, request.model_file)
        if calibration is None:
            raise HydranetError(
                f'{request.card.name} has no calibration for int8. Make one from images like '
                f'those it will see: hydranet build --model {request.card.name} --precision int8 '
                '--images FOLDER'
            )
    return replace(request, rewrites=rewrites, calibration=calibration)


def _load(
    request: BuildRequest,
    module: ModuleType,
    cache: EngineCache,
    key: CacheKey,
    stored: Stored | None,
) -> Engine | None:
    if stored is None or stored.data is None:
        return None
    try:
        engine: Engine = module.load(request, stored.data)
        return engine
    except HydranetError:  # such as too little memory: the engine is as good as before
        raise
    except Exception as error:  # each backend has exceptions of its own
        cache.discard(key, error)
        return None


def _build(
    request: BuildRequest, module: ModuleType, cache: EngineCache, key: CacheKey
) -> tuple[Engine, bytes | None]:
    """Give the engine and what is kept of it, whatever becomes of loading and judging it."""
    kept: list[bytes] = []

    def keep(data: bytes) -> None:
        kept.append(data)
        cache.put(key, Stored(data, Parity(not_judged='not yet')))

    try:
        engine = module.build(request, keep)
    except HydranetError:
        raise
    except Exception as error:  # each backend has exceptions of its own
        cache.remove(key)
        raise HydranetError(
            f'{request.backend.value} {request.precision.value} cannot build '
            f'{request.model_file.path} for {request.input_size[1]}x{request.input_size[0]}: '
            f'{first_line(error)}. Try another backend or precision.'
        ) from error
    return engine, kept[0] if kept else None


def _judge(engine: Engine, request: BuildRequest) -> Parity:
    try:
        parity = judge(engine, request)
    except BaseException:
        engine.close()
        raise
    level = logging.WARNING if parity.fault else logging.INFO
    name = f'{request.backend.value} {request.precision.value}'
    _log.log(level, '%s against fp32: %s', name, parity.summary)
    return parity
