# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""What a check says."""

from dataclasses import dataclass
from enum import Enum


class Level(str, Enum):
    """How bad it is: a problem stops something that was set up, a warning costs something."""

    OK = 'ok'
    WARNING = 'warning'
    PROBLEM = 'problem'


@dataclass(frozen=True)
class Finding:
    """One line; `advice` is what to do, for all that is not OK."""

    level: Level
    subject: str
    text: str
    advice: str = ''


def ok(subject: str, text: str) -> Finding:
    """Say that something is as it should be."""
    return Finding(Level.OK, subject, text)


def warning(subject: str, text: str, advice: str) -> Finding:
    """Say what costs something."""
    return Finding(Level.WARNING, subject, text, advice)


def problem(subject: str, text: str, advice: str) -> Finding:
    """Say what does not work."""
    return Finding(Level.PROBLEM, subject, text, advice)
