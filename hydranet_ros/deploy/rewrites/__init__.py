# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Exact rewrites of the deployed graph: the same function, in a form that a backend runs faster.

Each changes the model in place and returns how often it applied. Which of them pay depends on the
backend and the precision, so each engine names its own list.
"""

from enum import Enum
import importlib

import onnx_ir as ir


class Rewrite(str, Enum):
    """The rewrites, in the order in which they are applied."""

    MERGE_POINTWISE = 'merge_pointwise'
    SEPARATE_POOLING = 'separate_pooling'
    SCALE_CHANNELS = 'scale_channels'
    SHIFT_HEADS = 'shift_heads'
    TILE_CHANNELS = 'tile_channels'


def apply_rewrites(model: ir.Model, rewrites: frozenset[Rewrite]) -> dict[Rewrite, int]:
    """Apply `rewrites` in their fixed order; tell how often each applied."""
    return {
        rewrite: importlib.import_module(f'{__name__}.{rewrite.value}').apply(model)
        for rewrite in Rewrite
        if rewrite in rewrites
    }
