# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""What ONNX Runtime's TensorRT provider is told, and where it keeps what TensorRT built."""

from contextlib import suppress
import hashlib
import json
import os
from pathlib import Path
import shutil

from hydranet_ros.deploy.options import Precision
from hydranet_ros.deploy.request import BuildRequest
from hydranet_ros.deploy.tensorrt.versions import tensorrt_version
from hydranet_ros.errors import HydranetError
from hydranet_ros.resources import cache_dir

FOLDER = 'onnxruntime-tensorrt'
KEPT = 16  # graphs with their engines; those used longest ago go first


def tensorrt_options(request: BuildRequest, graph: bytes) -> dict[str, str]:
    """Give the provider's options for a graph; HydranetError where the DLA is asked for."""
    builder = request.builder
    if builder.dla_core >= 0:
        raise HydranetError(
            f'{request.backend.value} is given no DLA core: where there is none, or it takes '
            'nothing of the network, ONNX Runtime uses the GPU without a word. Leave the DLA '
            'out, or take the backend tensorrt.'
        )
    options = {
        'trt_builder_optimization_level': str(builder.optimization_level),
        # without it TensorRT would run the half-precision layers in float32
        'trt_fp16_enable': str(request.precision is not Precision.FP32),
        'trt_int8_enable': str(request.precision is Precision.INT8),  # by the graph's Q/DQ pairs
    }
    if builder.workspace_mb:
        options['trt_max_workspace_size'] = str(builder.workspace_mb << 20)
    made_of = json.dumps([options, tensorrt_version()]).encode()
    return options | _caches(hashlib.sha256(made_of + graph).hexdigest())


def _caches(digest: str) -> dict[str, str]:
    """Give the options of the caches, none where nothing can be kept.

    ONNX Runtime names an engine's file by the names of the graph's nodes and inputs alone, and
    all sizes and weights of an architecture have the same. So each graph has its own folder.
    """
    try:
        timings = cache_dir() / FOLDER
        engines = timings / digest
        engines.mkdir(parents=True, exist_ok=True)
        os.utime(engines)
        _prune(timings)
    except (HydranetError, OSError):
        return {}
    return {
        'trt_engine_cache_enable': 'True',
        'trt_engine_cache_path': str(engines),
        'trt_timing_cache_enable': 'True',
        'trt_timing_cache_path': str(timings),
    }


def _prune(folder: Path) -> None:
    dated = []
    for path in folder.iterdir():
        with suppress(OSError):  # another process removed it
            if path.is_dir():
                dated.append((path.stat().st_mtime, path))
    for _, path in sorted(dated, reverse=True)[KEPT:]:
        shutil.rmtree(path, ignore_errors=True)
