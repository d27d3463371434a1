# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""What differs between TensorRT 10.3 and 11, all of it."""

from typing import Any

from hydranet_ros.deploy.engines import import_problem

OLDEST = (10, 3)


def tensorrt_version() -> str | None:
    """Give TensorRT's version, None where its own bindings cannot be imported."""
    if import_problem('tensorrt') is not None:
        return None
    import tensorrt

    return str(tensorrt.__version__)


def too_old(trt: Any) -> str | None:
    """Tell why this version of the module cannot be used, and what to do; None where it can."""
    if release(trt) >= OLDEST:
        return None
    oldest = '.'.join(map(str, OLDEST))
    return f'TensorRT {trt.__version__} is too old; install {oldest} (JetPack 6) or newer'


def network_flags(trt: Any) -> int:
    """Give the flags of a strongly typed network: 10 must be asked for it, 11 knows no other."""
    if release(trt) >= (11, 0):
        return 0
    return 1 << int(trt.NetworkDefinitionCreationFlag.STRONGLY_TYPED)


def release(trt: Any) -> tuple[int, int]:
    """Give major and minor version of the module."""
    major, minor = trt.__version__.split('.')[:2]
    return int(major), int(minor)
