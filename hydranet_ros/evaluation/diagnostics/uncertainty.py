# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""How sure a softmax is of its class, pixel by pixel."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
_LEAST = -110.0  # exp of it is 0 in float32, and so is that times it


def relative_entropy(logits: Floats) -> Floats:
    """Return -sum p ln p / ln C of the softmax p over the first axis, of C classes: 0 to 1.

    logits: float32 (C, ...), or ln p. 0 for a single class.
    """
    if len(logits) == 1:
        return np.zeros(logits.shape[1:], np.float32)
    shifted = logits - logits.max(0)
    np.maximum(shifted, _LEAST, out=shifted)
    weights = np.exp(shifted)
    total = weights.sum(0)
    mean = np.einsum('c...,c...->...', weights, shifted) / total
    entropy = (np.log(total) - mean) / np.log(len(logits))
    return np.clip(entropy, 0, 1).astype(np.float32)


def relative_probability(logits: Floats) -> Floats:
    """Return the second largest probability over the largest: near 0 is sure, 1 a tie.

    logits: float32 (C, ...), or ln p. 0 for a single class.
    """
    best = np.full(logits.shape[1:], -np.inf, np.float32)
    second = best.copy()
    for logit in logits:
        np.maximum(second, np.minimum(best, logit), out=second)
        np.maximum(best, logit, out=best)
    return np.exp(second - best)
