# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""What the worker is at, as diagnostics show it."""

from enum import Enum


class WorkerState(str, Enum):
    """The value is shown in diagnostics."""

    LOADING = 'loading the model'
    WAITING = 'waiting for the first image'
    BUILDING = 'building the engine'
    READY = 'ready'
    FAILED = 'failed'
