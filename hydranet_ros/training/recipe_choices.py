# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""What a training recipe chooses among."""

from enum import Enum


class Optimiser(str, Enum):
    """How a step follows from the gradients."""

    SGD = 'sgd'
    ADAMW = 'adamw'


class Accelerator(str, Enum):
    """What to train on; auto: a GPU where there is one."""

    AUTO = 'auto'
    CPU = 'cpu'
    GPU = 'gpu'


class Decay(str, Enum):
    """How the learning rates fall."""

    POLY = 'poly'
    STEP = 'step'
    CONSTANT = 'constant'


class Precision(str, Enum):
    """What the network computes in; weights and losses are fp32 always."""

    FP32 = 'fp32'
    BF16 = 'bf16'


class ScaleLaw(str, Enum):
    """How scales are drawn; log: as often below 1 as above, between a bound and its inverse."""

    LOG = 'log'
    UNIFORM = 'uniform'


class DecoderStart(str, Enum):
    """How the decoder's and heads' weights are drawn; torch: as its convolutions begin."""

    PAPER = 'paper'
    SCALED = 'scaled'
    TORCH = 'torch'


class Weighting(str, Enum):
    """Where the weights of the tasks' losses come from."""

    FIXED = 'fixed'
    UNCERTAINTY = 'uncertainty'
