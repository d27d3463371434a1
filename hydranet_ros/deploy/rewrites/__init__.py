# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Rewrites of the deployed graph: the same function, in a form that a backend runs better.

Each changes the model in place and returns how often it applied; a graph that it does not fit, it
leaves. Which of them pay depends on the backend and the precision, so each engine names its own.
int8 graphs are rewritten after they were quantised: their calibration is of the plain network.
"""

from enum import Enum
import importlib

import onnx_ir as ir


class Rewrite(str, Enum):
    """The rewrites, in the order in which they are applied."""

    MERGE_POINTWISE = 'merge_pointwise'
    BARE_POOLING = 'bare_pooling'  # while a pool is still one node
    JOIN_SUMS = 'join_sums'
    SEPARATE_POOLING = 'separate_pooling'
    SCALE_CHANNELS = 'scale_channels'
    SHIFT_HEADS = 'shift_heads'
    TILE_CHANNELS = 'tile_channels'
    SPLIT_BIASES = 'split_biases'


# What each graph takes. SPLIT_BIASES is for bf16 alone; of int8 it costs more than it gives.
OF_FLOATS = frozenset(
    {
        Rewrite.MERGE_POINTWISE,
        Rewrite.SEPARATE_POOLING,
        Rewrite.SCALE_CHANNELS,
        Rewrite.SHIFT_HEADS,
        Rewrite.TILE_CHANNELS,
    }
)
OF_INTEGERS = frozenset(
    {
        Rewrite.SEPARATE_POOLING,
        Rewrite.SHIFT_HEADS,
        Rewrite.BARE_POOLING,
        Rewrite.JOIN_SUMS,
    }
)


def apply_rewrites(model: ir.Model, rewrites: frozenset[Rewrite]) -> dict[Rewrite, int]:
    """Apply `rewrites` in their fixed order; tell how often each applied."""
    return {
        rewrite: importlib.import_module(f'{__name__}.{rewrite.value}').apply(model)
        for rewrite in Rewrite
        if rewrite in rewrites
    }
