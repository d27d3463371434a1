# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The frames of a source without the damaged ones, which are told and counted."""

from collections.abc import Callable
from collections.abc import Iterator

from hydranet_ros.sources.frame import Frame
from hydranet_ros.sources.frame import Source
from hydranet_ros.sources.frame import UnreadableFrame


class ReadableFrames:
    """Give the frames of a source in order, None in the place of one that is damaged.

    Args:
        source: is read once.
        tell: takes the sentence about a damaged frame.

    Attributes:
        left_out: how many were damaged so far.

    """

    def __init__(self, source: Source, tell: Callable[[str], object]) -> None:
        self._frames = iter(source)
        self._tell = tell
        self.left_out = 0

    def __iter__(self) -> Iterator[Frame | None]:
        while True:
            try:
                frame: Frame | None = next(self._frames)
            except StopIteration:
                return
            except UnreadableFrame as error:
                self.left_out += 1
                self._tell(str(error))
                frame = None
            yield frame
