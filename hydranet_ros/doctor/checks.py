# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""All checks, in the order in which they explain one another."""

from collections.abc import Iterator
from importlib import import_module

from hydranet_ros.doctor.finding import Finding
from hydranet_ros.doctor.finding import problem
from hydranet_ros.errors import first_line

CHECKS = (
    'python',
    'ros',
    'middleware',
    'kernel',
    'shared_memory',
    'cv_bridge',
    'backends',
    'caches',
    'models',
)
TRIALS = ('self_test', 'loopback')


def examine(names: tuple[str, ...]) -> Iterator[Finding]:
    """Run checks one after the other; one that breaks is a problem, and the next one runs."""
    for name in names:
        try:
            yield from import_module(f'hydranet_ros.doctor.{name}').check()
        except Exception as error:
            yield problem(
                name.replace('_', ' '),
                f'the check itself broke: {type(error).__name__}: {first_line(error)}',
                'Mend what is said above first; what is left is a fault of hydranet_ros.',
            )
