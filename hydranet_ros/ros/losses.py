# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Count the images that a camera published and that did not arrive."""

LARGEST_GAP = 1000


class LossCounter:
    """Count from the gaps in the numbers that publishers give their messages.

    The message-lost event alone is too little: Fast DDS reports nothing where a reliable image
    was replaced before it could be sent, nor before the first image has come. A message does not
    say whose number it has: it continues the sequence that it is nearest to. So the sum is right
    though two sequences be taken for each other. A camera that was killed stays a publisher until
    its lease ends (20 s), beside the one that was started in its place.

    Attributes:
        lost: images lost so far; None where the RMW gives neither numbers nor events (Humble).

    """

    def __init__(self, events: bool) -> None:
        """`events`: whether the RMW reports lost messages."""
        self.lost: int | None = 0 if events else None
        self._last: list[int] = []  # of each sequence, the one that was continued last at the end
        self._publishers = 1
        self._expected = 0  # publishers that were announced, and whose numbers are not known
        self._unannounced = 0  # sequences of publishers that were not announced

    def on_publishers(self, count: int, appeared: int = 0) -> None:
        """Follow how many publishers there are, of which some have appeared just now."""
        new = appeared - min(appeared, self._unannounced)
        self._publishers, self._unannounced = count, 0
        del self._last[: max(0, len(self._last) - (count - new))]
        self._expected = min(self._expected + new, count - len(self._last))

    def on_message(self, number: int | None) -> int:
        """Take the publication number of a message; return how many before it were lost."""
        if number is None:
            return 0
        near = [last for last in self._last if 0 < number - last <= LARGEST_GAP]
        last = max(near, default=None)
        if last is None or (self._expected and number != last + 1):
            self._begin(number)
            return 0
        self._last.remove(last)
        self._last.append(number)
        return self._add(number - last - 1)

    def on_event(self, count: int) -> int:
        """Take the count of a message-lost event; return how many it adds."""
        return 0 if self._last else self._add(count)

    def _begin(self, number: int) -> None:
        if self._expected:
            self._expected -= 1
        else:
            self._unannounced += 1
        self._last.append(number)
        del self._last[: -max(self._publishers, 1)]

    def _add(self, count: int) -> int:
        self.lost = (self.lost or 0) + count
        return count
