# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The gate that every built engine passes: does it still say what the fp32 graph says?"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import fields
from math import degrees
from typing import Any

from hydranet_ros.deploy.options import Precision


@dataclass(frozen=True)
class Bounds:
    """What a precision may differ by from fp32.

    labels: share of the clear pixels whose class must agree, those whose two best classes' fp32
    probabilities differ by more than MARGIN. depth: relative difference at the median and at the
    99th percentile. normals: degrees there. The same share of a unit vector as of a depth: turned
    by an angle it moves by that many radians. All are below 11.25 degrees, the strictest
    threshold that normals are commonly held to (Fouhey et al., ICCV 2013).
    """

    labels: float
    depth_median: float
    depth_p99: float

    @property
    def normals_median(self) -> float:
        """Degrees at the median."""
        return degrees(self.depth_median)

    @property
    def normals_p99(self) -> float:
        """Degrees at the 99th percentile."""
        return degrees(self.depth_p99)


MARGIN = 0.1
VERSION = 2  # raise it with every change of the gate: kept verdicts are keyed by it
FLOATING = Bounds(labels=0.995, depth_median=0.005, depth_p99=0.05)
INTEGER = Bounds(labels=0.98, depth_median=0.02, depth_p99=0.15)


def bounds_of(precision: Precision) -> Bounds:
    """Give what a precision may differ by."""
    return INTEGER if precision is Precision.INT8 else FLOATING


@dataclass(frozen=True)
class Parity:
    """How an engine compares with the fp32 graph; what the model lacks is None.

    The figures are those of Bounds. frames: how many, of `source`. fault: why
    the engine is refused, '' where it is not. not_judged: why there is no comparison, '' if there
    is one.
    """

    labels: float | None = None
    depth_median: float | None = None
    depth_p99: float | None = None
    normals_median: float | None = None
    normals_p99: float | None = None
    frames: int = 0
    source: str = ''
    fault: str = ''
    not_judged: str = ''

    @property
    def summary(self) -> str:
        """Say it in one line, for log and diagnostics."""
        if self.not_judged:
            return f'not judged: {self.not_judged}'
        parts = []
        if self.labels is not None:
            parts.append(f'labels agree on {100 * self.labels:.2f} % of clear pixels')
        if self.depth_median is not None and self.depth_p99 is not None:
            parts.append(
                f'depth differs by {100 * self.depth_median:.2f} % '
                f'(p99 {100 * self.depth_p99:.1f} %)'
            )
        if self.normals_median is not None and self.normals_p99 is not None:
            parts.append(
                f'normals by {self.normals_median:.2f} degrees (p99 {self.normals_p99:.1f})'
            )
        figures = ', '.join(parts) or self.fault
        return f'{figures} over {self.frames} frames of {self.source}'

    @classmethod
    def from_json(cls, value: Any) -> Parity:
        """Read what `dataclasses.asdict` gave; ValueError for anything else."""
        names = {field.name for field in fields(cls)}
        if not isinstance(value, dict) or set(value) != names:
            raise ValueError('the figures of parity are not complete')
        texts = (value['source'], value['fault'], value['not_judged'])
        figures = set(value) - {'frames', 'source', 'fault', 'not_judged'}
        if not all(isinstance(value[one], float | None) for one in figures) or not all(
            isinstance(one, str) for one in texts
        ):
            raise ValueError('the figures of parity are no figures')
        return cls(**value)
