# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Semantic segmentation and depth of a camera frame in one network pass, for ROS 2."""

from typing import Any
from typing import TYPE_CHECKING

from hydranet_ros.errors import HydranetError

if TYPE_CHECKING:
    from hydranet_ros.perception import Perception
    from hydranet_ros.perception import Prediction

__all__ = ['HydranetError', 'Perception', 'Prediction']
__version__ = '0.1.0'


def __getattr__(name: str) -> Any:
    """Import the API when it is first used, so that `hydranet --help` answers at once."""
    if name in ('Perception', 'Prediction'):
        from hydranet_ros import perception

        return getattr(perception, name)
    raise AttributeError(f'module {__name__!r} has no attribute {name!r}')
