# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Classes for names that came without colours."""

from collections.abc import Mapping
from collections.abc import Sequence
import colorsys

from hydranet_ros.zoo.card_types import SemanticClass

_GOLDEN = 0.61803398875  # turns between hues, so that neighbours differ


def named_classes(
    names: Mapping[int, str], known: Sequence[SemanticClass] = ()
) -> tuple[SemanticClass, ...]:
    """Return one class for each id from 0 to the largest.

    Their colours are those of the known class of that name, else distinct ones; ids without a
    name get 'class N'.
    """
    colors = {one.name: one.color for one in known}
    labels = [names.get(number, f'class {number}') for number in range(max(names, default=-1) + 1)]
    return tuple(
        SemanticClass(label, colors.get(label) or _color(number))
        for number, label in enumerate(labels)
    )


def _color(number: int) -> tuple[int, int, int]:
    red, green, blue = colorsys.hsv_to_rgb(number * _GOLDEN % 1.0, 0.75, 0.85)
    return round(255 * red), round(255 * green), round(255 * blue)
