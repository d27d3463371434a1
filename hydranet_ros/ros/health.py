# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Why /diagnostics is at WARN or ERROR: what looks at figures in turn and says what is wrong.

Every reason goes by itself once its cause has gone.
"""

from collections import deque
from collections.abc import Hashable
from collections.abc import Iterable
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field
from typing import Any

from hydranet_ros.frame_counts import Counts
from hydranet_ros.ros.transport import remedy

# Long enough to be read in a monitor, and to average over a camera's frames.
WINDOW_S = 10.0
LOG_AGAIN_S = 30.0
# A busy machine loses one now and then.
FEWEST_LOST = 5
# The newest frame wins by design; from the half on, more work is put aside than done.
DROPPED_SHARE = 0.5
FEWEST_JUDGED = 20
# A camera may change its size once; a driver that changes to and fro keeps the network building.
REBUILD_WINDOW_S = 60.0
MOST_BUILDS = 3


@dataclass(frozen=True)
class Reason:
    """One sentence of what is wrong and what to do.

    Attributes:
        kind: the same while the figures in the sentence change.
        text: the sentence.
        fatal: whether no output can come: ERROR; else WARN.
        logged: whether another place writes it to the log.

    """

    kind: Hashable
    text: str
    fatal: bool = False
    logged: bool = False


class Growth:
    """Tell how much a growing count has added over the last seconds."""

    def __init__(self, seconds: float = WINDOW_S) -> None:
        self._seconds = seconds
        self._seen: deque[tuple[float, int]] = deque()

    def add(self, now: float, count: int) -> int:
        """Take the count at `now` (seconds); return what it has grown by within the window."""
        self._seen.append((now, count))
        # The newest one that is as old as the window stays: the count at its beginning.
        while len(self._seen) > 1 and self._seen[1][0] <= now - self._seconds:
            self._seen.popleft()
        return count - self._seen[0][1]

    @property
    def span(self) -> float:
        """Seconds that the last answer is about."""
        return self._seen[-1][0] - self._seen[0][0] if self._seen else 0.0


@dataclass
class FrameWatch:
    """Watch what becomes of one camera's frames: lost on the way, unreadable, dropped.

    Attributes:
        topic: of the images, after remapping.

    """

    topic: str
    _lost: Growth = field(default_factory=Growth)
    _failed: Growth = field(default_factory=Growth)
    _dropped: Growth = field(default_factory=Growth)
    _answered: Growth = field(default_factory=Growth)

    def look(
        self, now: float, counts: Counts, lost: int | None, why_failed: str = ''
    ) -> Iterator[Reason]:
        """Look at the counts at `now` (seconds); `lost` is None where the RMW cannot tell."""
        lost_now = self._lost.add(now, lost or 0)
        if lost_now >= FEWEST_LOST:
            yield Reason(
                'lost',
                f'The transport lost {lost_now} images of {self.topic} in the last '
                f'{self._lost.span:.0f} s, {lost} in all. {remedy()}',
            )
        failed = self._failed.add(now, counts.failed)
        if failed:
            yield Reason(
                'failed',
                f'{failed} images of {self.topic} were skipped in the last '
                f'{self._failed.span:.0f} s: {why_failed or "see the log."}',
                logged=True,
            )
        yield from self._drops(now, counts)

    def _drops(self, now: float, counts: Counts) -> Iterator[Reason]:
        dropped = self._dropped.add(now, counts.dropped)
        answered = self._answered.add(now, counts.answered)
        judged, span = dropped + answered, self._dropped.span
        # From half a window on: at the start a few frames would be the whole share.
        if judged < FEWEST_JUDGED or span < WINDOW_S / 2 or dropped <= DROPPED_SHARE * judged:
            return
        yield Reason(
            'dropped',
            f'{100 * dropped / judged:.0f} % of the images of {self.topic} were dropped for newer '
            f'ones in the last {span:.0f} s: {judged / span:.1f} come in a second, '
            f'{answered / span:.1f} are answered. Set max_rate to the rate that you need, or make '
            'the network faster: a smaller input_scale, a faster precision, fewer outputs.',
        )


class FiniteWatch:
    """Watch for frames in which the network computed NaN or infinity."""

    def __init__(self) -> None:
        self._spoilt = Growth()

    def look(self, now: float, spoilt: int, engine: str) -> Iterator[Reason]:
        """Look at the count of such frames at `now` (seconds); engine: in words."""
        added = self._spoilt.add(now, spoilt)
        if added:
            yield Reason(
                'not finite',
                f'The network computed NaN or infinity in {added} images in the last '
                f'{self._spoilt.span:.0f} s ({engine}): their outputs mean nothing. Set '
                'precision to fp32; if that does not help, the weights are damaged.',
            )


class EngineWatch:
    """Watch for a camera whose changing size has engines built again and again.

    Args:
        topic: of the images, after remapping.

    """

    def __init__(self, topic: str) -> None:
        self._topic = topic
        self._rebuilt = Growth(REBUILD_WINDOW_S)

    def look(self, now: float, rebuilt: int) -> Iterator[Reason]:
        """Look at the count of engines after the first at `now` (seconds)."""
        added = self._rebuilt.add(now, rebuilt)
        if added >= MOST_BUILDS:
            yield Reason(
                'rebuilt',
                f'The images of {self._topic} changed their size so that {added} more engines '
                f'were needed in the last {self._rebuilt.span:.0f} s; while one is made, images '
                'are not ready. Let the camera keep one size.',
            )


class ReasonLog:
    """Write to the log what becomes wrong, and again while it lasts.

    What goes and comes back meanwhile is the same: it is written no more often.
    """

    def __init__(self, logger: Any) -> None:
        self._logger = logger
        self._told: dict[Hashable, float] = {}

    def update(self, now: float, reasons: Iterable[Reason]) -> None:
        """Take all reasons that hold at `now` (seconds)."""
        holding = {one.kind: one for one in reasons if not one.logged}
        old = [kind for kind, told in self._told.items() if now - told >= LOG_AGAIN_S]
        for kind in old:
            del self._told[kind]
        for kind, reason in holding.items():
            if kind not in self._told:
                self._told[kind] = now
                # Two call sites, because rclpy allows one severity at each.
                if reason.fatal:
                    self._logger.error(reason.text)
                else:
                    self._logger.warning(reason.text)
