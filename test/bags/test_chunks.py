# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Chunks that unpack to more than they state; whole bags, which rosbags unpacks, are not tried."""

import io
from pathlib import Path
import tracemalloc
import zlib

import lz4.frame
from mcap.data_stream import RecordBuilder
from mcap.records import Chunk
from mcap.writer import CompressionType
from mcap.writer import Writer
import pytest
import zstandard

from hydranet_ros.bags.chunks import MOST_BYTES
from hydranet_ros.bags.chunks import records_of
from hydranet_ros.bags.reading import BagReader
from hydranet_ros.errors import HydranetError

BOMB = bytes(64 << 20)
PACK = {'zstd': zstandard.compress, 'lz4': lz4.frame.compress, '': bytes}
STATES_NO_SIZE = zstandard.ZstdCompressor(write_content_size=False).compress


def chunk(data: bytes, stated: int, compression: str, crc: int = 0) -> Chunk:
    return Chunk(compression, data, 0, 0, crc, stated)


@pytest.mark.parametrize(
    ('compression', 'pack'),
    [('zstd', PACK['zstd']), ('zstd', STATES_NO_SIZE), ('lz4', PACK['lz4'])],
)
def test_a_bomb_is_refused_before_it_takes_memory(compression, pack):
    bomb = chunk(pack(BOMB), 1000, compression)
    tracemalloc.start()
    try:
        with pytest.raises(HydranetError, match='more than the 1000 bytes that it states'):
            records_of(bomb)
        assert tracemalloc.get_traced_memory()[1] < len(BOMB) // 4
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize('compression', PACK)
def test_a_size_beyond_the_limit_is_refused(compression):
    with pytest.raises(HydranetError, match=f'at most {MOST_BYTES} are unpacked'):
        records_of(chunk(PACK[compression](bytes(9)), MOST_BYTES + 1, compression))


def recording(file: Path, compression: CompressionType) -> None:
    """Write an .mcap of eight messages in chunks of about two, without its end."""
    stream = io.BytesIO()
    writer = Writer(stream, chunk_size=1500, compression=compression)
    writer.start('ros2', 'test')
    schema = writer.register_schema('std_msgs/msg/String', 'ros2msg', b'string data\n')
    channel = writer.register_channel('/text', 'cdr', schema)
    for number in range(8):
        writer.add_message(channel, number, bytes([number]) * 1000, number)
    writer.finish()
    data = stream.getvalue()
    file.write_bytes(data[: len(data) - 20])


@pytest.mark.parametrize('compression', list(CompressionType))
def test_chunks_that_state_what_they_hold_are_read(tmp_path, compression):
    recording(tmp_path / 'a.mcap', compression)
    with BagReader(tmp_path / 'a.mcap') as reader:
        assert [one[2] for one in reader.messages()] == [bytes([n]) * 1000 for n in range(8)]


@pytest.mark.parametrize('compression', ['zstd', 'lz4'])
def test_what_comes_before_a_bomb_is_read_and_the_bomb_is_said(tmp_path, compression):
    file = tmp_path / 'a.mcap'
    recording(file, CompressionType[compression.upper()])
    builder = RecordBuilder()
    chunk(PACK[compression](BOMB), 1000, compression, zlib.crc32(BOMB)).write(builder)
    data = file.read_bytes()
    end = data.index(b'\x0f' + (4).to_bytes(8, 'little'))  # the record Data End
    file.write_bytes(data[:end] + builder.end())
    with BagReader(file) as reader:
        assert 'A chunk unpacks to more than the 1000 bytes that it states.' in reader.damage
        assert len(list(reader.messages())) == 8
