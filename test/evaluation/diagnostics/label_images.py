# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Small images of labels for hypothesis, and obvious distances in them."""

from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
import numpy as np

IGNORE = 255


def label_images(classes: int, side: int = 9) -> st.SearchStrategy[np.ndarray]:
    """Draw uint8 (H, W) of ids below `classes` and 255, in few or many patches."""
    shapes = npst.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=side)
    ids = st.sampled_from([*range(classes), IGNORE])
    return npst.arrays(np.uint8, shapes, elements=ids, fill=ids)


def label_pairs(classes: int) -> st.SearchStrategy[tuple[np.ndarray, np.ndarray]]:
    """Draw two of one size; the second may have 255 for a foreign class as well."""

    def second(first: np.ndarray) -> st.SearchStrategy[tuple[np.ndarray, np.ndarray]]:
        ids = st.sampled_from([*range(classes), IGNORE])
        other = npst.arrays(np.uint8, first.shape, elements=ids, fill=ids)
        return st.tuples(st.just(first), other)

    return label_images(classes).flatmap(second)


def distance(pixel: tuple[int, int], others: np.ndarray) -> float:
    """Return how far a pixel is from the nearest that is true, bool (H, W)."""
    places = np.argwhere(others)
    return min((float(np.hypot(*(place - pixel))) for place in places), default=np.inf)


def filled(labels: np.ndarray, label: int) -> np.ndarray:
    """Return where a label is, or nothing and no other label is nearer, bool (H, W)."""
    there = labels == label
    for pixel in zip(*np.nonzero(labels == IGNORE), strict=True):
        nearest = distance(pixel, labels != IGNORE)
        there[pixel] = np.isfinite(nearest) and distance(pixel, labels == label) == nearest
    return there
