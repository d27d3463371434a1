# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""cv_bridge and NumPy: built for one another, or not."""

from collections.abc import Iterator
import importlib.util

import numpy as np

from hydranet_ros.doctor.child import tried
from hydranet_ros.doctor.finding import Finding
from hydranet_ros.doctor.finding import ok
from hydranet_ros.doctor.finding import warning

_LOOK = "import cv_bridge; print(cv_bridge.CvBridge().encoding_to_cvtype2('rgb8'))"


def check() -> Iterator[Finding]:
    """Let cv_bridge load its compiled part, in a process of its own: it may crash."""
    here = f'NumPy {np.__version__}'
    if importlib.util.find_spec('cv_bridge') is None:
        yield ok('cv_bridge', f'not installed; OpenCV does its work ({here})')
        return
    works, said = tried(_LOOK)
    if works:
        yield ok('cv_bridge', f'works with {here}')
    else:
        yield warning(
            'cv_bridge',
            f'does not work with {here} ({said}); our nodes do without, others may not',
            "pip install 'numpy<2'",
        )
