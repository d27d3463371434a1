# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Count the images that a camera published and that did not arrive."""

LARGEST_GAP = 1000


class LossCounter:
    """Count from the gaps in the numbers that a publisher gives its messages.

    The message-lost event alone is too little: Fast DDS reports nothing where a reliable image
    was replaced before it could be sent, nor before the first image has come.

    Attributes:
        lost: images lost so far; None where the RMW gives neither numbers nor events (Humble).

    """

    def __init__(self, events: bool) -> None:
        """`events`: whether the RMW reports lost messages."""
        self.lost: int | None = 0 if events else None
        self._last: int | None = None
        self._single = True

    def on_publishers(self, count: int) -> None:
        """Begin to number anew; with several publishers only events count."""
        self._last = None
        self._single = count == 1

    def on_message(self, number: int | None) -> int:
        """Take the publication number of a message; return how many before it were lost."""
        if number is None or not self._single:
            return 0
        last, self._last = self._last, number
        # A number that goes back or leaps is another publisher's.
        missing = number - last - 1 if last is not None else 0
        return self._add(missing if 0 < missing <= LARGEST_GAP else 0)

    def on_event(self, count: int) -> int:
        """Take the count of a message-lost event; return how many it adds."""
        return 0 if self._last is not None else self._add(count)

    def _add(self, count: int) -> int:
        self.lost = (self.lost or 0) + count
        return count
