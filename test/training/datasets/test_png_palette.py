# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Palettes are taken out of PNGs: indices stay, also where two of them have one colour."""

import struct
import zlib

import cv2
import numpy as np

from hydranet_ros.training.datasets.png_palette import without_palette

from . import trees


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack('>I', len(body)) + kind + body + struct.pack('>I', zlib.crc32(kind + body))


def with_palette(indices: np.ndarray) -> bytes:
    height, width = indices.shape
    rows = b''.join(b'\0' + row.tobytes() for row in indices)
    return (
        b'\x89PNG\r\n\x1a\n'
        + chunk(b'IHDR', struct.pack('>IIBBBBB', width, height, 8, 3, 0, 0, 0))
        + chunk(b'PLTE', bytes(3 * 256))
        + chunk(b'tRNS', bytes(4))
        + chunk(b'IDAT', zlib.compress(rows))
        + chunk(b'IEND', b'')
    )


def test_indices_of_a_palette_that_is_all_black() -> None:
    indices = trees.ids(47)
    png = with_palette(indices)
    decoded = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_UNCHANGED)
    assert decoded.ndim == 3
    assert not decoded[..., :3].any(), 'OpenCV alone gives colours'
    grey = cv2.imdecode(np.frombuffer(without_palette(png), np.uint8), cv2.IMREAD_UNCHANGED)
    assert np.array_equal(grey, indices)


def test_other_files_stay() -> None:
    for image in (trees.ids(3), trees.rgb(), trees.ids(3).astype(np.uint16)):
        png = cv2.imencode('.png', image)[1].tobytes()
        assert without_palette(png) is png
    assert without_palette(b'') == b''
    assert without_palette(b'\xff\xd8\xff') == b'\xff\xd8\xff'
    cut = with_palette(trees.ids(3))[:70]
    assert cv2.imdecode(np.frombuffer(without_palette(cut), np.uint8), -1) is None
