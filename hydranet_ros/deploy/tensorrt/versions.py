# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""What differs between TensorRT 10.3 and 11, all of it."""

from typing import Any

OLDEST = (10, 3)


def too_old(trt: Any) -> str | None:
    """Tell why this version of the module cannot be used, and what to do; None where it can."""
    if _release(trt) >= OLDEST:
        return None
    oldest = '.'.join(map(str, OLDEST))
    return f'TensorRT {trt.__version__} is too old; install {oldest} (JetPack 6) or newer'


def network_flags(trt: Any) -> int:
    """Give the flags of a strongly typed network: 10 must be asked for it, 11 knows no other."""
    if _release(trt) >= (11, 0):
        return 0
    return 1 << int(trt.NetworkDefinitionCreationFlag.STRONGLY_TYPED)


def _release(trt: Any) -> tuple[int, int]:
    major, minor = trt.__version__.split('.')[:2]
    return int(major), int(minor)
