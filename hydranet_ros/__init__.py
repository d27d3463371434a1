# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Semantic segmentation and depth of a camera frame in one network pass, for ROS 2.

    from hydranet_ros import Perception
    prediction = Perception.load('kitti').predict(rgb)
"""

import importlib
from typing import Any

from hydranet_ros.errors import HydranetError

__all__ = ['HydranetError', 'Perception', 'Prediction']
__version__ = '0.1.0'


def __getattr__(name: str) -> Any:
    # on first use: `hydranet --help` and setup.py need none of the backends' packages
    if name not in ('Perception', 'Prediction'):
        raise AttributeError(f'module {__name__!r} has no attribute {name!r}')
    return getattr(importlib.import_module('hydranet_ros.perception'), name)
