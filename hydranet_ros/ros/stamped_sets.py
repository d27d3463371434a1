# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Messages of several topics, brought together by their stamps."""

from collections import OrderedDict
from collections.abc import Collection
from dataclasses import dataclass
from dataclasses import field
from typing import Any
from typing import Generic
from typing import TypeVar

NANOSECONDS = 1_000_000_000
# Many enough for the frames that a camera sends while a slow network has one of them.
_WAITING = 32

Message = TypeVar('Message')


@dataclass
class _Parts(Generic[Message]):
    """Messages of one stamp; those in `new` were not given out yet."""

    new: dict[str, Message] = field(default_factory=dict)
    given: set[str] = field(default_factory=set)


class StampedSets(Generic[Message]):
    """Keep messages until all that are expected with a stamp are there.

    The stamps of a topic are taken to rise: when a set is complete, older ones will never be.
    """

    def __init__(self) -> None:
        self._sets: OrderedDict[int, _Parts[Message]] = OrderedDict()

    def add(
        self, topic: str, stamp_ns: int, message: Message, expected: Collection[str]
    ) -> dict[str, Message] | None:
        """Add a message; return the set by topics where it is complete with it, else None.

        expected: the topics that make a set complete. What comes for a stamp that was given out
        already is given out by itself.
        """
        parts = self._sets.setdefault(stamp_ns, _Parts())
        parts.new[topic] = message
        if not parts.given and not set(expected) <= parts.new.keys():
            if len(self._sets) > _WAITING:
                self._sets.popitem(last=False)
            return None
        found, parts.new = parts.new, {}
        parts.given |= found.keys()
        self._forget_before(stamp_ns)
        return found

    def _forget_before(self, stamp_ns: int) -> None:
        """Drop the sets that came before this one; it stays, without its messages."""
        while next(iter(self._sets)) != stamp_ns:
            self._sets.popitem(last=False)


def nanoseconds(stamp: Any) -> int:
    """Return a builtin_interfaces/Time as one number; rclpy's own Time refuses negative ones."""
    return int(stamp.sec) * NANOSECONDS + int(stamp.nanosec)
