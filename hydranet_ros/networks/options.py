# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""What may be chosen of a network beside its architecture and its tasks. Needs no torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import fields
from enum import Enum
from typing import Any

LEAST_LARGEST = 64  # pixels a side; less leaves a network nothing to see
# pixels a side that a model file takes: with fewer, its deepest features have one row
SMALLEST_SIDE, LARGEST_SIDE = 33, 16384


class Upsampling(str, Enum):
    """How a head gets from its own size to that of the input.

    BILINEAR: not at all; whoever uses the output resizes it. TRANSPOSED: a learnt transposed
    convolution. GLOBAL: global deconvolution (Nekrasov et al., BMVC 2016).
    """

    BILINEAR = 'bilinear'
    TRANSPOSED = 'transposed'
    GLOBAL = 'global'


class Matrices(str, Enum):
    """What the matrices of a global deconvolution begin as."""

    BILINEAR = 'bilinear'
    XAVIER = 'xavier'
    IDENTITY = 'identity'


class Blocks(str, Enum):
    """The blocks of a RefineNet decoder.

    LIGHT_WEIGHT: 1x1 convolutions, no residual units. RESIDUAL_UNITS: 1x1 convolutions with the
    units, as in the paper's ablation. ORIGINAL: 3x3 convolutions with the units (CVPR 2017).
    """

    LIGHT_WEIGHT = 'light_weight'
    RESIDUAL_UNITS = 'residual_units'
    ORIGINAL = 'original'


@dataclass(frozen=True)
class NetworkOptions:
    """The options of a network; each architecture says which it has.

    largest: (height, width) in pixels of the largest input, whose size the matrices of a global
    deconvolution have. matrices: what these begin as. blocks: of a ResNet's decoder. encoder: the
    name of a timm model. genotype: of a searched network, a published one's name or its numbers as
    text.
    """

    upsample: Upsampling = Upsampling.BILINEAR
    largest: tuple[int, int] = (500, 500)
    matrices: Matrices = Matrices.BILINEAR
    blocks: Blocks = Blocks.LIGHT_WEIGHT
    encoder: str | None = None
    genotype: str | None = None

    @property
    def limit(self) -> tuple[int, int] | None:
        """The (height, width) beyond which the network takes no input; None: no limit."""
        return self.largest if self.upsample is Upsampling.GLOBAL else None

    def chosen(self) -> dict[str, Any]:
        """Return what differs from the defaults, as texts and lists; `of` reads it again."""
        found = {}
        for item in fields(self):
            value = getattr(self, item.name)
            if value != item.default:
                value = value.value if isinstance(value, Enum) else value
                found[item.name] = list(value) if isinstance(value, tuple) else value
        if self.limit:  # what a model file holds does not follow defaults
            found['largest'] = list(self.largest)
        return found

    @classmethod
    def of(cls, chosen: Mapping[str, Any]) -> NetworkOptions:
        """Read what `chosen` returned; ValueError or TypeError where it is none of that."""
        values = dict(chosen)
        for name, kind in (('upsample', Upsampling), ('matrices', Matrices), ('blocks', Blocks)):
            if name in values:
                values[name] = kind(values[name])
        if 'largest' in values:
            values['largest'] = _size(values['largest'])
        for name, what in (
            ('encoder', 'the name of a timm model'),
            ('genotype', 'its name or its numbers as text'),
        ):
            text = values.get(name)
            if text is not None and not isinstance(text, str):
                raise ValueError(f'{name} is {text!r}; give {what}.')
        return cls(**values)


def _size(value: Any) -> tuple[int, int]:
    sides = value if isinstance(value, (list, tuple)) else ()
    whole = [one for one in sides if type(one) is int and LEAST_LARGEST <= one <= LARGEST_SIDE]
    if len(sides) != 2 or len(whole) != 2:
        raise ValueError(
            f'largest is {value!r}; give [height, width] in whole pixels, {LEAST_LARGEST} to '
            f'{LARGEST_SIDE} each.'
        )
    return whole[0], whole[1]
