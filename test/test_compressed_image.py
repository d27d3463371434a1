# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Compressed images as drivers and image_transport send them, and the ones that cannot be read.

image_transport itself is not run here: its formats are written by hand as its sources have them.
"""

import array
from dataclasses import dataclass
from dataclasses import field
import struct
import zlib

import cv2
import numpy as np
import pytest

from hydranet_ros import compressed_image
from hydranet_ros.compressed_image import Compressor
from hydranet_ros.compressed_image import decode_compressed
from hydranet_ros.compressed_image import JPEG
from hydranet_ros.compressed_image import PNG
from hydranet_ros.errors import FrameError
from hydranet_ros.image_encodings import check
from hydranet_ros.image_encodings import LAYOUTS
from hydranet_ros.sources import open_source

HEIGHT, WIDTH = 48, 64


@dataclass
class Message:
    """As rclpy's CompressedImage."""

    format: str
    data: array.array = field(default_factory=lambda: array.array('B'))


def message(form: str, data) -> Message:
    return Message(form, array.array('B', bytes(data)))


def encoded(suffix: str, picture: np.ndarray, *options: int) -> np.ndarray:
    return cv2.imencode(suffix, picture, options)[1]


@pytest.fixture(scope='module')
def rgb() -> np.ndarray:
    return next(iter(open_source('street', size=(HEIGHT, WIDTH)))).rgb


@pytest.fixture(params=[True, False], ids=['decodes to RGB', 'decodes to BGR'])
def opencv(request, monkeypatch):
    """Both ways: OpenCV decodes to RGB from 4.11 on."""
    if not request.param:
        monkeypatch.setattr(compressed_image, '_COLOR_RGB', None)
    elif compressed_image._COLOR_RGB is None:
        pytest.skip('this OpenCV decodes to BGR alone')


def near(found: np.ndarray, rgb: np.ndarray) -> bool:
    return np.abs(found.astype(int) - rgb).mean() < 4


@pytest.mark.parametrize(
    'form', ['jpeg', 'jpg', '', 'rgb8; jpeg compressed bgr8', 'bgr8; jpeg compressed bgr8']
)
def test_colour_jpegs_become_rgb(rgb, opencv, form):
    found = decode_compressed(message(form, encoded('.jpg', rgb[..., ::-1])))
    assert found.shape == rgb.shape
    assert found.dtype == np.uint8
    assert found.flags.c_contiguous
    assert near(found, rgb)
    assert not near(found[..., ::-1], rgb)


@pytest.mark.parametrize(
    'form',
    ['png', 'rgb8; png compressed bgr8', 'bgr8; png compressed bgr8', 'bgr8; png compressed '],
)
def test_colour_pngs_become_rgb_bit_for_bit(rgb, opencv, form):
    found = decode_compressed(message(form, encoded('.png', rgb[..., ::-1])))
    np.testing.assert_array_equal(found, rgb)


def test_what_old_publishers_stored_as_rgb_is_read_so(rgb):
    found = decode_compressed(message('rgb8; png compressed ', encoded('.png', rgb)))
    np.testing.assert_array_equal(found, rgb)


@pytest.mark.parametrize('form', ['png', 'mono8; png compressed ', 'mono8; png compressed mono8'])
def test_mono_becomes_grey(rgb, opencv, form):
    grey = rgb[..., 1]
    found = decode_compressed(message(form, encoded('.png', grey)))
    np.testing.assert_array_equal(found, np.repeat(grey[..., None], 3, axis=2))
    jpeg = decode_compressed(message('mono8; jpeg compressed ', encoded('.jpg', grey)))
    assert near(jpeg, np.repeat(grey[..., None], 3, axis=2))


def test_transparency_is_dropped(rgb, opencv):
    alpha = np.full((HEIGHT, WIDTH, 1), 7, np.uint8)
    data = encoded('.png', np.concatenate([rgb[..., ::-1], alpha], axis=2))
    found = decode_compressed(message('rgba8; png compressed bgr8', data))
    np.testing.assert_array_equal(found, rgb)


def test_a_mosaic_is_demosaiced_as_a_raw_one(rgb):
    mosaic = rgb[..., 0].copy()
    found = decode_compressed(message('bayer_rggb8; png compressed ', encoded('.png', mosaic)))
    np.testing.assert_array_equal(found, cv2.cvtColor(mosaic, LAYOUTS['bayer_rggb8'].code))
    made = decode_compressed(
        message('bayer_rggb8; png compressed bgr8', encoded('.png', rgb[..., ::-1]))
    )
    np.testing.assert_array_equal(made, rgb)


def test_a_turned_camera_is_not_turned_back(rgb, opencv):
    """A calibration is of the pixels as they lie, which EXIF must not turn."""
    tags = struct.pack('<2sHIH HHIHHI', b'II', 42, 8, 1, 0x0112, 3, 1, 6, 0, 0)
    exif = b'Exif\x00\x00' + tags
    jpeg = encoded('.jpg', rgb[..., ::-1]).tobytes()
    turned = jpeg[:2] + b'\xff\xe1' + (len(exif) + 2).to_bytes(2, 'big') + exif + jpeg[2:]
    assert cv2.imdecode(np.frombuffer(turned, np.uint8), cv2.IMREAD_COLOR).shape[0] == WIDTH
    assert near(decode_compressed(message('jpeg', turned)), rgb)


@pytest.mark.parametrize('suffix', ['.jpg', '.png'])
def test_cut_data_is_refused(rgb, capfd, suffix):
    data = encoded(suffix, rgb).tobytes()
    for share in (0.1, 0.5, 0.9):
        with pytest.raises(FrameError, match='cut off before its end; check the camera driver'):
            decode_compressed(message('jpeg', data[: int(share * len(data))]))
    with pytest.raises(FrameError, match='cut off'):
        decode_compressed(message('jpeg', data[:12]))
    assert 'error' not in capfd.readouterr().err.lower()


def test_damaged_data_is_refused(rgb):
    png = bytearray(encoded('.png', rgb).tobytes())
    png[len(png) // 2] ^= 0xFF
    with pytest.raises(FrameError, match='the PNG is damaged'):
        decode_compressed(message('png', png))
    jpeg = encoded('.jpg', rgb).tobytes()
    with pytest.raises(FrameError, match='the JPEG is damaged'):
        decode_compressed(message('jpeg', jpeg.replace(b'\xff\xdb', b'\xff\xec')))


@pytest.mark.parametrize(
    ('form', 'data', 'reason'),
    [
        ('jpeg', b'', 'neither a JPEG nor a PNG'),
        ('h264', b'\x00\x00\x00\x01\x67' + bytes(50), r"'h264', 55 bytes\): the data is neither"),
        ('16UC1; compressedDepth png', bytes(12) + b'\x89PNG', 'transport compressedDepth'),
        ('32FC1; compressedDepth', bytes(12), 'Remap image to a colour topic'),
    ],
)
def test_what_is_no_colour_image_is_refused(form, data, reason):
    with pytest.raises(FrameError, match=reason):
        decode_compressed(message(form, data))


def test_sixteen_bits_are_refused():
    wide = np.full((HEIGHT, WIDTH), 1000, np.uint16)
    with pytest.raises(FrameError, match='16 bits a channel, at most 8 are read'):
        decode_compressed(message('mono16; png compressed ', encoded('.png', wide)))


def lying_png(height: int, width: int) -> bytes:
    """A PNG of a few bytes that declares any size, with a right checksum."""
    head = b'IHDR' + struct.pack('>IIBBBBB', width, height, 8, 2, 0, 0, 0)
    chunk = struct.pack('>I', 13) + head + struct.pack('>I', zlib.crc32(head))
    return b'\x89PNG\r\n\x1a\n' + chunk + bytes(4) + b'IEND\xae\x42\x60\x82'


def lying_jpeg(rgb: np.ndarray, height: int, width: int) -> bytes:
    data = bytearray(encoded('.jpg', rgb).tobytes())
    place = data.index(b'\xff\xc0') + 5
    data[place : place + 4] = struct.pack('>HH', height, width)
    return bytes(data)


def test_a_size_is_refused_before_anything_is_decoded(rgb, monkeypatch):
    monkeypatch.setattr(compressed_image, 'decode', None)
    for data in (lying_png(20_000, 20_000), lying_jpeg(rgb, 20_000, 20_000)):
        with pytest.raises(FrameError, match='20000x20000 are too many pixels, 67108864 at most'):
            decode_compressed(message('png', data))
    for data in (lying_png(0, 5), lying_jpeg(rgb, 0, 5)):
        with pytest.raises(FrameError, match='empty or too small'):
            decode_compressed(message('png', data))


def test_raw_images_have_the_same_limit():
    @dataclass
    class Raw:
        height: int = 20_000
        width: int = 20_000
        encoding: str = 'mono8'
        is_bigendian: int = 0
        step: int = 20_000
        data: range = range(20_000 * 20_000)

    with pytest.raises(FrameError, match='20000x20000 are too many pixels'):
        check(Raw(), LAYOUTS['mono8'])


def test_a_small_lie_about_the_size_costs_the_frame_alone(rgb):
    with pytest.raises(FrameError, match='damaged'):
        decode_compressed(message('png', lying_png(100, 100)))


def test_pictures_are_compressed_as_they_are_read(rgb):
    compressor = Compressor(JPEG)
    fine = compressor.compress(rgb, 95)
    assert near(decode_compressed(message(JPEG.format, fine)), rgb)
    assert len(compressor.compress(rgb, 30)) < len(fine)
    larger = np.repeat(rgb, 2, axis=0)
    assert near(decode_compressed(message(JPEG.format, compressor.compress(larger, 95))), larger)


def test_class_ids_are_compressed_without_loss():
    labels = np.random.default_rng(0).choice(np.array([0, 1, 10, 255], np.uint8), (HEIGHT, WIDTH))
    data = Compressor(PNG).compress(labels, 1)
    np.testing.assert_array_equal(cv2.imdecode(data, cv2.IMREAD_UNCHANGED), labels)
    np.testing.assert_array_equal(decode_compressed(message(PNG.format, data))[..., 0], labels)
