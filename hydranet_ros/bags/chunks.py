# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Chunks of an .mcap, unpacked to no more than they state (MCAP specification, "Chunk")."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from typing import TYPE_CHECKING

from hydranet_ros.errors import HydranetError

if TYPE_CHECKING:
    from mcap.records import Chunk

MOST_BYTES = 1 << 30  # of one chunk; recorders close one after each message that is this large


def records_of(chunk: Chunk) -> list[Any]:
    """Return the schemas, channels and messages of a chunk.

    HydranetError where it unpacks to more than it states, or states more than MOST_BYTES; what
    mcap, zstandard and lz4 raise where it is damaged.
    """
    from mcap.stream_reader import breakup_chunk

    unpacked = replace(chunk, compression='', data=_unpack(chunk))
    return breakup_chunk(unpacked, validate_crc=True)


def _unpack(chunk: Chunk) -> bytes:
    size = chunk.uncompressed_size
    if size > MOST_BYTES:
        raise HydranetError(f'A chunk states {size} bytes, at most {MOST_BYTES} are unpacked.')
    if chunk.compression == 'zstd':
        import zstandard

        # Not decompress(): that takes the size that the compressed data state themselves.
        with zstandard.ZstdDecompressor().stream_reader(chunk.data) as stream:
            data = stream.read(size + 1)
    elif chunk.compression == 'lz4':
        from lz4.frame import LZ4FrameDecompressor

        data = LZ4FrameDecompressor().decompress(chunk.data, max_length=size + 1)
    else:
        data = chunk.data
    if len(data) > size:
        raise HydranetError(f'A chunk unpacks to more than the {size} bytes that it states.')
    return data
