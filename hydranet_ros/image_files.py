# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""JPEG and PNG as bytes: what they declare, whether they are whole, and their pixels."""

from dataclasses import dataclass
from enum import Enum
import re
import struct
from typing import Any

import cv2
import numpy as np

_PNG_START = b'\x89PNG\r\n\x1a\n'
_JPEG_START, _JPEG_SCAN, _JPEG_END = b'\xff\xd8', b'\xff\xda', b'\xff\xd9'
_JPEG_TAIL = 64  # bytes in which the end of a JPEG lies, but for drivers that pad
# ITU-T T.81, B.1.1.2: any number of 0xff, then the marker; 0xff00 is data.
_MARKER = re.compile(rb'\xff+([^\x00\xff])', re.DOTALL)
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # SOF0 to SOF15 (table B.1)
_WITHOUT_LENGTH = frozenset((0x01, *range(0xD0, 0xD8)))  # TEM, RST0 to RST7
_MOST_CHUNKS = 2**16  # of a PNG; libpng writes one for each 8 KiB of pixels
_MOST_SEGMENTS = 1000  # before the frame header; cameras write about ten


class FileKind(str, Enum):
    """What the first bytes say."""

    JPEG = 'JPEG'
    PNG = 'PNG'


@dataclass(frozen=True)
class FileHeader:
    """What an image file declares: its size in pixels, and the bits of a channel."""

    kind: FileKind
    height: int
    width: int
    bits: int


def file_kind(data: Any) -> FileKind | None:
    """Return what a buffer of bytes begins as; None: neither."""
    start = bytes(memoryview(data)[:8])
    if start.startswith(_JPEG_START):
        return FileKind.JPEG
    return FileKind.PNG if start == _PNG_START else None


def read_header(data: Any) -> FileHeader | None:
    """Return what a JPEG or PNG declares, without decoding it; None where it lacks a header."""
    kind = file_kind(data)
    if kind is FileKind.PNG:
        head = bytes(memoryview(data)[:25])
        if len(head) < 25 or head[12:16] != b'IHDR':
            return None
        width, height, bits = struct.unpack('>IIB', head[16:])
        return FileHeader(kind, height, width, bits)
    return None if kind is None else _read_jpeg_header(data)


def is_truncated(data: Any) -> bool:
    """Tell whether a JPEG or PNG lacks its end.

    OpenCV may fill the rest of a JPEG with grey, and takes gigabytes for a chunk of a PNG that
    declares them.
    """
    kind, view = file_kind(data), memoryview(data)
    if kind is FileKind.JPEG:
        # Inside the compressed pixels 0xff is followed by 0, so an end there is the end.
        tail = bytes(view[-_JPEG_TAIL:])
        if tail.rfind(_JPEG_END) > tail.rfind(_JPEG_SCAN):
            return False
        whole = bytes(view)
        return whole.rfind(_JPEG_END) <= whole.rfind(_JPEG_SCAN)  # neither: -1
    return kind is FileKind.PNG and not _reaches_the_end(view)


def decode(data: Any, flags: int) -> np.ndarray | None:
    """Decode an image file's bytes as cv2.imdecode does; None for what is damaged or no image."""
    if not len(data) or is_truncated(data):
        return None
    try:
        return cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    except cv2.error:
        return None


def _reaches_the_end(png: memoryview) -> bool:
    """Follow the chunks: each has its length, its name, that many bytes, and a checksum."""
    place = len(_PNG_START)
    for _ in range(_MOST_CHUNKS):
        if place + 12 > len(png):
            return False
        length, name = struct.unpack_from('>I4s', png, place)
        place += 12 + length
        if name == b'IEND':
            return place <= len(png)
    return False


def _read_jpeg_header(data: Any) -> FileHeader | None:
    view, place = memoryview(data), len(_JPEG_START)
    for _ in range(_MOST_SEGMENTS):
        found = _MARKER.search(view, place)
        if found is None:
            return None
        marker, place = found.group(1)[0], found.end()
        if marker in _WITHOUT_LENGTH:
            continue
        if marker in _FRAMES:
            if place + 8 > len(view):
                return None
            bits, height, width = struct.unpack('>BHH', view[place + 2 : place + 7])
            return FileHeader(FileKind.JPEG, height, width, bits)
        if marker in (_JPEG_START[1], _JPEG_SCAN[1], _JPEG_END[1]) or place + 2 > len(view):
            return None
        place += int.from_bytes(view[place : place + 2], 'big')
    return None
