# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""From a request to an engine that runs."""

from hydranet_ros.deploy.cache import EngineCache
from hydranet_ros.deploy.engine import CpuEngine
from hydranet_ros.deploy.engine import Engine
from hydranet_ros.deploy.engines import backend_module
from hydranet_ros.deploy.request import BuildRequest
from hydranet_ros.deploy.specialise import check_sizes
from hydranet_ros.deploy.upsampling import Upsampler
from hydranet_ros.errors import first_line
from hydranet_ros.errors import HydranetError


def build_engine(request: BuildRequest, cache: EngineCache | None = None) -> Engine:
    """Build the engine, or load it from `cache` (default: the user's cache folder).

    Raises FrameError for a size that the network cannot take, HydranetError where the backend
    fails.
    """
    check_sizes(request.camera_size, request.input_size)
    cache = cache or EngineCache.of_user()
    try:
        runner = backend_module(request.backend).make_runner(request, cache)
    except HydranetError:
        raise
    except Exception as error:  # each backend has exceptions of its own
        raise HydranetError(
            f'{request.backend.value} {request.precision.value} cannot build '
            f'{request.model_file.path} for {request.input_size[1]}x{request.input_size[0]}: '
            f'{first_line(error)}. Try another backend or precision.'
        ) from error
    return CpuEngine(
        name=request.backend.value,
        precision=request.precision.value,
        runner=runner,
        upsampler=Upsampler(request.camera_size, request.card.normals_axes),
        input_size=request.input_size,
        batch=request.batch,
    )
