# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Whether the stamps of images can be right: stale, ahead, standing still, going back."""

from collections.abc import Iterator

from hydranet_ros.ros.health import Reason
from hydranet_ros.ros.health import WINDOW_S

# tf2 refuses to look so far ahead in most graphs, and computers synchronised over a network differ
# by far less.
AHEAD_S = 0.1
# No queue and no network delays an image for so long: it was stamped by another clock.
OTHER_CLOCK_S = 600.0
# Some cameras give the frames of one burst the same stamp.
MOST_ALIKE = 5
NS = 1_000_000_000


class StampWatch:
    """Follow the stamps of one camera's images; one thread notes them and looks.

    Args:
        topic: of the images, after remapping.

    """

    def __init__(self, topic: str) -> None:
        self._topic = topic
        self._last: int | None = None
        self._alike = 0
        self._ages: tuple[float, float] | None = None
        self._looked = False
        self._back = 0.0
        self._back_until: float | None = None
        self._jumped = False

    def note(self, stamp: int, now: int) -> None:
        """Take an image's stamp and the node's clock, both in ns, when the image arrives."""
        last, self._last = self._last, stamp
        self._alike = self._alike + 1 if stamp == last else 0
        if last is not None and stamp < last:
            self._back = (last - stamp) / NS
            self._jumped = True
        age = (now - stamp) / NS
        least, most = (age, age) if self._looked or self._ages is None else self._ages
        self._ages, self._looked = (min(least, age), max(most, age)), False

    def forget(self) -> None:
        """Forget how old the images were, because none comes any more."""
        self._ages = None

    def look(self, at: float, clock: int, simulated: bool, max_age: float) -> Iterator[Reason]:
        """Say what is wrong with the stamps since the last look, or at the one before.

        Images that come less often than looks are judged until the next one.

        Args:
            at: seconds of a clock that never goes back.
            clock: the node's clock in ns; 0 where simulated time has not begun.
            simulated: whether the node is to use simulated time.
            max_age: seconds that a stamp may be old on arrival; 0: any.

        """
        ages, self._looked = self._ages, True
        if self._jumped:
            self._jumped, self._back_until = False, at + WINDOW_S
        if simulated and clock == 0:
            yield Reason(
                'clock',
                'use_sim_time is true and no time has come on /clock. Play the bag with --clock, '
                'start the simulation, or set use_sim_time to false.',
            )
            return
        if self._back_until is not None and at < self._back_until:
            yield Reason(
                'back',
                f'The stamps of {self._topic} went back by {self._back:.3g} s: a bag that starts '
                'over, a second camera on the topic, or a clock that was set. Outputs keep these '
                'stamps; tf listeners must be reset.',
            )
        if self._last == 0 and ages is not None:
            yield Reason(
                'unstamped',
                f'The images of {self._topic} have no stamp (0), nothing can be synchronised '
                'with them. Let the driver set header.stamp.',
            )
        elif self._alike >= MOST_ALIKE:
            yield Reason(
                'alike',
                f'The last {self._alike + 1} images of {self._topic} have the same stamp. Let the '
                'driver stamp each image, with a clock that goes on.',
            )
        elif ages is not None:
            yield from self._judge(ages, simulated, max_age)

    def _judge(
        self, ages: tuple[float, float], simulated: bool, max_age: float
    ) -> Iterator[Reason]:
        least, most = ages
        if max_age and least > max_age:
            what, by = f'are {_duration(least)} old when they arrive', least
        elif most < -AHEAD_S:
            what, by = f"are {_duration(-most)} ahead of this node's clock", most
        else:
            return
        if abs(by) <= OTHER_CLOCK_S:
            advice = (
                'Their clocks differ (synchronise the computers with chrony or PTP), or the '
                'driver or the network holds them back.'
                if by > 0
                else 'Synchronise the clocks of the two computers (chrony, PTP).'
            )
        elif simulated:
            advice = (
                'The camera does not follow /clock as this node does: start both with '
                'use_sim_time true, or neither.'
            )
        else:
            advice = (
                'That is another clock, as of a recording or a simulation: play it with --clock '
                'and set use_sim_time to true; or set the clock of the camera.'
            )
        yield Reason('stale' if by > 0 else 'ahead', f'Images of {self._topic} {what}. {advice}')


def _duration(seconds: float) -> str:
    """Write a duration for people."""
    for unit, length in (('years', 31_557_600), ('days', 86_400), ('h', 3600), ('min', 60)):
        if seconds >= 2 * length:
            return f'{seconds / length:.1f} {unit}'
    return f'{seconds:.2f} s'
