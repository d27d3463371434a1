# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Deterministic weights, so that a network can be compared without shipping its weights.

Every tensor is drawn from a generator seeded by the CRC-32 of its own key, so it depends on
nothing but the key's name and the tensor's shape.
"""

import zlib

import numpy as np


def tensor(name: str, shape: tuple) -> np.ndarray:
    """Value of the state-dict entry `name`: float32 of `shape` (int64 zero for batch counters)."""
    if name.endswith('num_batches_tracked'):
        return np.zeros(shape, np.int64)
    rng = np.random.default_rng(zlib.crc32(name.encode()))
    if name.endswith('running_mean'):
        value = 0.1 * rng.standard_normal(shape)
    elif name.endswith('running_var'):
        value = rng.uniform(0.5, 1.5, shape)
    elif len(shape) == 4:  # a convolution, He-scaled so that activations keep their size
        fan_in = shape[1] * shape[2] * shape[3]
        value = rng.standard_normal(shape) * np.sqrt(2.0 / fan_in)
    elif name.endswith('weight'):  # below one: deep sums stay finite
        value = rng.uniform(0.3, 0.6, shape)
    else:
        value = 0.1 * rng.standard_normal(shape)
    return value.astype(np.float32)


def image(shape: tuple, seed: int = 0) -> np.ndarray:
    """A normalised network input, float32 NCHW, standard normal."""
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)
