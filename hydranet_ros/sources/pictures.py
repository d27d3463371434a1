# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Frames from image files: one file, or a folder in natural order."""

from collections.abc import Set
from pathlib import Path
import re

import cv2
import numpy as np

from hydranet_ros.errors import HydranetError
from hydranet_ros.image_encodings import MOST_PIXELS
from hydranet_ros.image_files import decode
from hydranet_ros.image_files import read_header
from hydranet_ros.sources.frame import Frame
from hydranet_ros.sources.frame import NOMINAL_FPS
from hydranet_ros.sources.frame import resize
from hydranet_ros.sources.frame import Source
from hydranet_ros.sources.frame import UnreadableFrame

SUFFIXES = frozenset(
    ('.bmp', '.jpeg', '.jpg', '.pgm', '.png', '.pnm', '.ppm', '.tif', '.tiff', '.webp')
)


def natural_key(name: str) -> list[tuple[int, int, str]]:
    """Return a sorting key that puts frame 2 before frame 10."""
    parts = re.split(r'(\d+)', name)
    return [(0, int(part), '') if part.isdigit() else (1, 0, part.lower()) for part in parts]


def read_picture(path: Path) -> np.ndarray:
    """Read an image file as uint8 (H, W, 3) RGB; UnreadableFrame names a file that is damaged."""
    if path.exists() and not path.is_file():
        raise UnreadableFrame(f"cannot read the image '{path}': it is no file.")
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UnreadableFrame(f"cannot read the image '{path}': {error.strerror}.") from error
    header = read_header(data)
    if header is not None and header.height * header.width > MOST_PIXELS:
        raise UnreadableFrame(
            f"the image '{path}' has {header.width}x{header.height} pixels, {MOST_PIXELS} in all "
            'are read. Make it smaller.'
        )
    bgr = decode(data, cv2.IMREAD_COLOR)
    if bgr is None:
        raise UnreadableFrame(
            f"the image '{path}' ({len(data)} bytes) is damaged or no image. "
            'Replace it or take it out of the folder.'
        )
    return cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB, dst=bgr)


class Pictures(Source):
    """Give image files one after the other."""

    def __init__(
        self, name: str, paths: list[Path], size: tuple[int, int] | None, loop: bool
    ) -> None:
        super().__init__(name, fps=None, count=len(paths), loop=loop)
        self._paths = paths
        self._size = size

    def read(self, position: int) -> Frame | None:
        """Return the picture at a position; UnreadableFrame where it is damaged."""
        if position >= len(self._paths):
            return None
        path = self._paths[position]
        rgb = resize(read_picture(path), self._size)
        return Frame(rgb, position, position / NOMINAL_FPS, path.stem)


def files_in(folder: Path, suffixes: Set[str] = SUFFIXES) -> list[Path]:
    """List the images directly in a folder, or what else has one of the suffixes.

    In natural order of the names, hidden files left out; HydranetError where it cannot be listed.
    """
    try:
        entries = list(folder.iterdir())
    except OSError as error:
        raise HydranetError(f"cannot list the folder '{folder}': {error.strerror}.") from error
    found = [
        path
        for path in entries
        if path.suffix.lower() in suffixes and not path.name.startswith('.')
    ]
    return sorted(found, key=lambda path: natural_key(path.name))


def open_folder(folder: Path, size: tuple[int, int] | None, loop: bool) -> Pictures:
    """Open the images that lie directly in a folder, in natural order of their names."""
    found = files_in(folder)
    if not found:
        raise HydranetError(
            f"the folder '{folder}' holds no image directly in it "
            f'(looked for {", ".join(sorted(SUFFIXES))}).'
        )
    return Pictures(str(folder), found, size, loop)
