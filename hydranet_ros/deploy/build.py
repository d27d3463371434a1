# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""From a request to an engine that runs."""

from hydranet_ros.deploy.cache import EngineCache
from hydranet_ros.deploy.engine import CpuEngine
from hydranet_ros.deploy.engine import Engine
from hydranet_ros.deploy.engines import backend_module
from hydranet_ros.deploy.request import BuildRequest
from hydranet_ros.deploy.upsampling import Upsampler
from hydranet_ros.resources import cache_dir


def build_engine(request: BuildRequest, cache: EngineCache | None = None) -> Engine:
    """Build the engine, or load it from `cache` (default: the user's cache folder)."""
    cache = cache or EngineCache(cache_dir() / 'engines')
    runner = backend_module(request.backend).make_runner(request, cache)
    return CpuEngine(
        name=request.backend.value,
        precision=request.precision.value,
        runner=runner,
        upsampler=Upsampler(request.camera_size, request.card.normals_axes),
        input_size=request.input_size,
        batch=request.batch,
    )
