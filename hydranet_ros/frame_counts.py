# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The account of received frames: what becomes of each, and how many there are of each kind."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import fields
from enum import Enum


class Outcome(str, Enum):
    """What became of a received frame; the value is the field of Counts that it adds to."""

    ANSWERED = 'answered'
    DROPPED = 'dropped'
    NOT_READY = 'not_ready'
    UNWATCHED = 'unwatched'
    THROTTLED = 'throttled'
    FAILED = 'failed'


@dataclass(frozen=True)
class Counts:
    """Frames since the node was configured.

    received = answered + dropped + not_ready + unwatched + throttled + failed + in_flight holds
    for every snapshot, of one camera and of the sum of several.

    Attributes:
        answered: published on all outputs that were subscribed.
        dropped: replaced by a newer frame, or put aside by a deactivation.
        not_ready: arrived while the engine was being loaded or built.
        unwatched: nobody subscribed, or what is subscribed cannot be made (points without a lens).
        throttled: above the parameter `max_rate`.
        failed: an error in this one frame.
        in_flight: waiting or being worked on.

    """

    received: int = 0
    answered: int = 0
    dropped: int = 0
    not_ready: int = 0
    unwatched: int = 0
    throttled: int = 0
    failed: int = 0
    in_flight: int = 0

    def __add__(self, other: Counts) -> Counts:
        """Return the account of both."""
        names = [field.name for field in fields(self)]
        return Counts(*(getattr(self, name) + getattr(other, name) for name in names))
