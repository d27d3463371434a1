# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Take the palette out of a PNG, so that OpenCV gives the indices and not the colours."""

import struct
import zlib

_SIGNATURE = b'\x89PNG\r\n\x1a\n'
_PALETTE, _GREY = 3, 0


def without_palette(png: bytes) -> bytes:
    """Return the same pixels as a grey PNG; anything but an 8-bit PNG with a palette as it is.

    Source: PNG specification, 11.2.1 (colour types) and 5.3 (chunks).
    """
    if not png.startswith(_SIGNATURE) or png[24:26] != bytes((8, _PALETTE)):
        return png
    kept = [_SIGNATURE]
    place = len(_SIGNATURE)
    while place + 12 <= len(png):
        length, kind = struct.unpack('>I4s', png[place : place + 8])
        chunk = png[place : place + 12 + length]
        if kind == b'IHDR':
            body = chunk[4:17] + bytes((_GREY,)) + chunk[18:21]
            chunk = chunk[:4] + body + struct.pack('>I', zlib.crc32(body))
        if kind not in (b'PLTE', b'tRNS', b'bKGD', b'hIST', b'sPLT'):
            kept.append(chunk)
        place += 12 + length
    return b''.join(kept)
