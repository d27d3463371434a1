# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""A camera frame, the camera's intrinsics, and what every source of frames offers."""

from abc import ABC
from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import cv2
import numpy as np

from hydranet_ros.errors import HydranetError

NOMINAL_FPS = 10.0


class UnreadableFrame(HydranetError):  # noqa: N818 - a frame, not a program error
    """Report one frame that cannot be read; the iterator goes on with the next one."""


@dataclass(frozen=True)
class Intrinsics:
    """Describe a pinhole camera in pixels, the centre of the first pixel being (0, 0)."""

    fx: float
    fy: float
    cx: float
    cy: float
    width: int
    height: int

    def matrix(self) -> np.ndarray:
        """Return K, float64 (3, 3)."""
        return np.array([[self.fx, 0.0, self.cx], [0.0, self.fy, self.cy], [0.0, 0.0, 1.0]])

    def resized(self, width: int, height: int) -> 'Intrinsics':
        """Return the intrinsics of the same picture resized to width x height pixels."""
        x, y = width / self.width, height / self.height
        cx, cy = (self.cx + 0.5) * x - 0.5, (self.cy + 0.5) * y - 0.5
        return Intrinsics(self.fx * x, self.fy * y, cx, cy, width, height)


@dataclass
class Frame:
    """Hold one picture and what is known of it.

    rgb: uint8 (H, W, 3). index: running number from 0. stamp: seconds since the first frame.
    Where the source knows the truth - labels: uint8 (H, W) in CamVid's 11 classes; depth: float32
    (H, W), metres along the optical axis, NaN for sky; pose: float64 (4, 4), optical frame to
    world.
    """

    rgb: np.ndarray
    index: int
    stamp: float
    name: str
    intrinsics: Intrinsics | None = None
    labels: np.ndarray | None = None
    depth: np.ndarray | None = None
    pose: np.ndarray | None = None


class Source(ABC):
    """Give the frames of one camera, folder, film or invented street, in order.

    name: what it was opened as. fps: frames a second, None where a source has no rate of its own.
    count: number of frames, None where it is endless or unknown. loop: begin again at the end.
    endless: no end is to be expected.
    """

    endless = False

    def __init__(self, name: str, *, fps: float | None, count: int | None, loop: bool) -> None:
        self.name, self.fps, self.count, self.loop = name, fps, count, loop

    @abstractmethod
    def read(self, position: int) -> Frame | None:
        """Return the frame at a position, None past the end; UnreadableFrame where damaged."""

    def close(self) -> None:
        """Release the device or file."""
        return

    def __iter__(self) -> Iterator[Frame]:
        return FrameIterator(self)

    def __len__(self) -> int:
        if self.count is None:
            raise TypeError(f'{self.name} has no known number of frames')
        return self.count

    def __bool__(self) -> bool:
        return True

    def __enter__(self) -> 'Source':
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class FrameIterator(Iterator[Frame]):
    """Walk through a source; can be continued after an UnreadableFrame."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._position = 0
        self._index = 0
        self._good_in_pass = 0

    def __next__(self) -> Frame:
        position, index = self._position, self._index
        self._position += 1
        self._index += 1
        frame = self._source.read(position)
        if frame is None and self._source.loop and self._good_in_pass:
            self._position, self._good_in_pass = 1, 0
            frame = self._source.read(0)
        if frame is None:
            self._index = index
            self._position = position
            raise StopIteration
        self._good_in_pass += 1
        if frame.index != index:
            frame.index = index
            frame.stamp = index / (self._source.fps or NOMINAL_FPS)
        return frame


def resize(rgb: np.ndarray, size: tuple[int, int] | None) -> np.ndarray:
    """Return the picture at size = (height, width); as it is where size is None."""
    if size is None or rgb.shape[:2] == size:
        return rgb
    height, width = size
    shrinks = height * width < rgb.shape[0] * rgb.shape[1]
    return cv2.resize(
        rgb, (width, height), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    )


def missing(path: Path) -> HydranetError:
    """Say that a path is not there, and what could be given in its place."""
    return HydranetError(
        f"there is no file or folder '{path}'. Give an image, a folder of images, a video, "
        "a device such as /dev/video0, or 'street'."
    )
