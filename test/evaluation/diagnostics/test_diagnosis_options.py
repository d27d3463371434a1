# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Options of a diagnosis that do not fit; what those that fit do is looked at in test_diagnose."""

import pytest

from hydranet_ros import HydranetError
from hydranet_ros.evaluation.diagnostics.diagnosis_options import DiagnosisOptions


@pytest.mark.parametrize(
    ('name', 'value'),
    [
        ('radius', -1.0),
        ('radius', float('nan')),
        ('radius', float('inf')),
        ('least_area', 0),
        ('pad_to', 0),
        ('pad_to', 1.5),
        ('pictures', -1),
    ],
)
def test_options_that_do_not_fit(name: str, value: float) -> None:
    with pytest.raises(HydranetError, match=f'{name} is '):
        DiagnosisOptions(**{name: value})
