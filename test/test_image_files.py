# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""What JPEG and PNG bytes declare, and which of them are whole."""

import array

import cv2
import numpy as np
import pytest

from hydranet_ros.image_files import decode
from hydranet_ros.image_files import FileHeader
from hydranet_ros.image_files import FileKind
from hydranet_ros.image_files import is_truncated
from hydranet_ros.image_files import read_header

HEIGHT, WIDTH = 45, 67
PICTURE = np.random.default_rng(0).integers(0, 256, (HEIGHT, WIDTH, 3), np.uint8)
PROGRESSIVE = (cv2.IMWRITE_JPEG_PROGRESSIVE, 1)
RESTARTS = (cv2.IMWRITE_JPEG_RST_INTERVAL, 2)


def encoded(suffix: str, picture: np.ndarray = PICTURE, options=()) -> bytes:
    return cv2.imencode(suffix, picture, options)[1].tobytes()


@pytest.mark.parametrize('kind', [bytes, memoryview, lambda data: array.array('B', data)])
@pytest.mark.parametrize('options', [(), PROGRESSIVE, RESTARTS])
def test_a_jpeg_declares_its_size(kind, options):
    data = encoded('.jpg', options=options)
    assert read_header(kind(data)) == FileHeader(FileKind.JPEG, HEIGHT, WIDTH, 8)
    assert decode(kind(data), cv2.IMREAD_COLOR).shape == PICTURE.shape


@pytest.mark.parametrize('dtype', [np.uint8, np.uint16])
def test_a_png_declares_its_size_and_depth(dtype):
    data = np.frombuffer(encoded('.png', PICTURE.astype(dtype)), np.uint8)
    bits = 8 * np.dtype(dtype).itemsize
    assert read_header(data) == FileHeader(FileKind.PNG, HEIGHT, WIDTH, bits)


def test_a_thumbnail_before_the_picture_is_not_taken_for_it():
    thumbnail = encoded('.jpg', PICTURE[:8, :8])
    segment = b'\xff\xe1' + (len(thumbnail) + 2).to_bytes(2, 'big') + thumbnail
    whole = encoded('.jpg')
    data = whole[:2] + segment + whole[2:]
    assert read_header(data) == FileHeader(FileKind.JPEG, HEIGHT, WIDTH, 8)
    assert not is_truncated(data)
    assert is_truncated(data[:-2])
    np.testing.assert_array_equal(decode(data, cv2.IMREAD_COLOR), decode(whole, cv2.IMREAD_COLOR))


def test_fill_bytes_and_rubbish_between_segments_are_passed_over():
    whole = encoded('.jpg')
    for extra in (b'\xff\xff\xff', b'\x00rubbish\xff\x00'):
        data = whole[:2] + extra + whole[2:]
        assert read_header(data) == FileHeader(FileKind.JPEG, HEIGHT, WIDTH, 8)


@pytest.mark.parametrize('suffix', ['.jpg', '.png'])
def test_each_cut_is_noticed(suffix):
    data = encoded(suffix)
    for length in (*range(2, 700), *range(len(data) - 700, len(data) - 1)):
        cut = data[:length]
        assert read_header(cut) is None or is_truncated(cut)
        assert decode(cut, cv2.IMREAD_COLOR) is None


@pytest.mark.parametrize('length', [2**20, 2**31 - 1, 2**32 - 1])
def test_a_chunk_that_claims_more_than_there_is_is_not_given_memory(length, monkeypatch):
    data = bytearray(encoded('.png'))
    place = data.index(b'IDAT') - 4
    data[place : place + 4] = length.to_bytes(4, 'big')
    assert is_truncated(data)
    monkeypatch.setattr(cv2, 'imdecode', None)
    assert decode(bytes(data), cv2.IMREAD_COLOR) is None


def test_chunks_without_end_are_given_up():
    data = encoded('.png')
    place = data.index(b'IDAT') - 4
    assert is_truncated(data[:place] + 100_000 * (bytes(4) + b'teXt' + bytes(4)) + data[place:])


@pytest.mark.parametrize('padding', [1, 100, 5000])
def test_what_drivers_append_to_a_jpeg_does_no_harm(padding):
    assert not is_truncated(encoded('.jpg') + bytes(padding))


@pytest.mark.parametrize(
    'data',
    [
        b'',
        b'\xff',
        b'\xff\xd8',
        b'\xff\xd8' + b'\xff' * 10_000,
        b'\xff\xd8' + b'\xff\xe0\x00\x02' * 100_000,
        b'\xff\xd8\xff\xc0\x00\x11\x08',
        b'\xff\xd8\xff\xda\x00\x02\xff\xd9',
        b'\x89PNG\r\n\x1a\n',
        b'\x89PNG\r\n\x1a\n\x00\x00\x00\x0dJUNK' + bytes(20),
        b'GIF89a' + bytes(30),
    ],
)
def test_what_has_no_header_has_no_pixels(data):
    assert read_header(data) is None
    assert decode(data, cv2.IMREAD_COLOR) is None
