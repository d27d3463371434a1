# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Every encoding against a conversion written out in NumPy; wrong messages against errors.

Not verified: equality with cv_bridge, which no package index carries; colour spaces other than
BT.601 (sensor_msgs does not say which one a YUV camera uses).
"""

from fractions import Fraction
import os
import subprocess
import sys

from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
import numpy as np
import pytest
from sensor_msgs.msg import Image

from hydranet_ros.errors import HydranetError
from hydranet_ros.image_decoder import ImageDecoder
from hydranet_ros.image_encodings import SUPPORTED_ENCODINGS
from hydranet_ros.image_encodings import UnsupportedEncoding
from hydranet_ros.ros import images

HEIGHT, WIDTH = 12, 20
PACKED = {'rgb8': 3, 'bgr8': 3, 'rgba8': 4, 'bgra8': 4, 'mono8': 1, '8UC3': 3, '8UC1': 1}
ORDER = {'rgb8': [0, 1, 2], 'bgr8': [2, 1, 0], 'rgba8': [0, 1, 2], 'bgra8': [2, 1, 0]}
ORDER |= {'8UC3': [2, 1, 0], 'mono8': [0, 0, 0], '8UC1': [0, 0, 0]}
BYTES_PER_PIXEL = PACKED | {'mono16': 2} | dict.fromkeys(('yuv422', 'uyvy', 'yuyv'), 2)
BYTES_PER_PIXEL |= {'yuv422_yuy2': 2}
ROWS = {'nv12': Fraction(3, 2), 'nv21': Fraction(3, 2), 'nv24': Fraction(3)}


def message(encoding, rows, height=HEIGHT, width=WIDTH, pad=0, **fields):
    """Lay rows of bytes out as a message, with random bytes after each row."""
    rows = np.asarray(rows, np.uint8)
    noise = np.random.default_rng(9).integers(0, 256, (len(rows), pad), np.uint8)
    data = np.hstack([rows, noise])
    msg = Image(height=height, width=width, encoding=encoding, step=data.shape[1], **fields)
    msg.data.frombytes(data.tobytes())
    return msg


def decode(msg):
    return ImageDecoder(lambda text: None).decode(msg)


def random(*shape):
    return np.random.default_rng(4).integers(0, 256, shape, np.uint8)


def rgb_from_yuv(y, u, v):
    """ITU-R BT.601 for limited range, in float; one channel after the other."""
    luma = 1.164383 * (np.maximum(y, 16.0) - 16)
    blue, red = u - 128.0, v - 128.0
    rgb = (luma + 1.596027 * red, luma - 0.391762 * blue - 0.812968 * red, luma + 2.017232 * blue)
    return np.clip(np.stack(rgb, -1), 0, 255)


@pytest.mark.parametrize('pad', [0, 1, 12])
@pytest.mark.parametrize('encoding', PACKED)
def test_packed_encodings(encoding, pad):
    pixels = random(HEIGHT, WIDTH, PACKED[encoding])
    rgb = decode(message(encoding, pixels.reshape(HEIGHT, -1), pad=pad))
    assert rgb.dtype == np.uint8
    np.testing.assert_array_equal(rgb, pixels[..., ORDER[encoding]])


@pytest.mark.parametrize('pad', [0, 3, 4])
@pytest.mark.parametrize('order', ['<u2', '>u2'])
def test_mono16_scales_its_full_range_and_honours_byte_order(order, pad):
    values = np.random.default_rng(1).integers(0, 65536, (HEIGHT, WIDTH)).astype(order)
    values[0, :2] = 0, 65535
    msg = message('mono16', values.view(np.uint8), pad=pad, is_bigendian=int(order == '>u2'))
    expected = np.rint(values.astype(float) * 255 / 65535)
    np.testing.assert_array_equal(decode(msg), np.repeat(expected[..., None], 3, axis=2))


@pytest.mark.parametrize('pad', [0, 5])
@pytest.mark.parametrize('encoding', ['yuv422', 'uyvy', 'yuyv', 'yuv422_yuy2'])
def test_packed_422(encoding, pad):
    pairs = random(HEIGHT, WIDTH // 2, 4)
    u, y0, v, y1 = (pairs[..., i] for i in range(4))
    if encoding.startswith('yuyv') or encoding.endswith('yuy2'):
        y0, u, y1, v = (pairs[..., i] for i in range(4))
    luma = np.stack([y0, y1], -1).reshape(HEIGHT, WIDTH)
    expected = rgb_from_yuv(luma, np.repeat(u, 2, axis=1), np.repeat(v, 2, axis=1))
    rgb = decode(message(encoding, pairs.reshape(HEIGHT, -1), pad=pad))
    np.testing.assert_allclose(rgb, expected, atol=1)


@pytest.mark.parametrize('pad', [0, 6])
@pytest.mark.parametrize('encoding', ['nv12', 'nv21'])
def test_semi_planar_420(encoding, pad):
    rows = random(HEIGHT * 3 // 2, WIDTH)
    chroma = rows[HEIGHT:].reshape(HEIGHT // 2, WIDTH // 2, 2)
    u, v = (chroma[..., i].repeat(2, axis=0).repeat(2, axis=1) for i in (0, 1))
    if encoding == 'nv21':
        u, v = v, u
    rgb = decode(message(encoding, rows, pad=pad))
    np.testing.assert_allclose(rgb, rgb_from_yuv(rows[:HEIGHT], u, v), atol=1)


@pytest.mark.parametrize('pad', [0, 7])
@pytest.mark.parametrize('height', [HEIGHT, 11])
def test_semi_planar_444_has_chroma_rows_of_twice_the_step(height, pad):
    step = WIDTH + pad
    luma, chroma = random(height, step), random(height, 2 * step)
    msg = Image(height=height, width=WIDTH, encoding='nv24', step=step)
    msg.data.frombytes(luma.tobytes() + chroma.tobytes())
    u, v = chroma[:, : 2 * WIDTH : 2], chroma[:, 1 : 2 * WIDTH : 2]
    np.testing.assert_allclose(decode(msg), rgb_from_yuv(luma[:, :WIDTH], u, v), atol=1)


@pytest.mark.parametrize('pad', [0, 3])
@pytest.mark.parametrize('pattern', ['rggb', 'bggr', 'gbrg', 'grbg'])
def test_bayer_takes_each_sample_for_the_colour_that_the_name_gives_it(pattern, pad):
    mosaic = random(HEIGHT, WIDTH)
    sampled = np.zeros((HEIGHT, WIDTH, 3), bool)
    for (row, column), colour in zip(np.ndindex(2, 2), pattern, strict=True):
        sampled[row::2, column::2, 'rgb'.index(colour)] = True
    rgb = decode(message(f'bayer_{pattern}8', mosaic, pad=pad))
    inside = np.zeros_like(sampled)
    inside[1:-1, 1:-1] = True
    expected = np.broadcast_to(mosaic[..., None], sampled.shape)[sampled & inside]
    np.testing.assert_array_equal(rgb[sampled & inside], expected)


@pytest.mark.parametrize('pattern', ['rggb', 'bggr', 'gbrg', 'grbg'])
def test_bayer_of_one_flat_colour_is_that_colour_up_to_the_border(pattern):
    colour = {'r': 200, 'g': 90, 'b': 30}
    tile = np.array([colour[name] for name in pattern], np.uint8).reshape(2, 2)
    rgb = decode(message(f'bayer_{pattern}8', np.tile(tile, (HEIGHT // 2, WIDTH // 2))))
    assert (rgb == [200, 90, 30]).all()


def test_rgb8_is_a_view_of_the_message():
    msg = message('rgb8', random(HEIGHT, 3 * WIDTH), pad=5)
    rgb = decode(msg)
    assert rgb.strides == (3 * WIDTH + 5, 3, 1)
    assert np.shares_memory(rgb, np.frombuffer(msg.data, np.uint8))


@pytest.mark.parametrize('encoding', [e for e in SUPPORTED_ENCODINGS if e != 'rgb8'])
def test_other_encodings_keep_their_buffer(encoding):
    decoder = ImageDecoder(lambda text: None)
    rows = int(HEIGHT * ROWS.get(encoding, 1))
    msg = message(encoding, random(rows, WIDTH * BYTES_PER_PIXEL.get(encoding, 1)))
    first = decoder.decode(msg)
    assert decoder.decode(msg) is first


@pytest.mark.parametrize('encoding', ['8UC1', '8UC3'])
def test_nameless_channels_are_warned_about_once(encoding):
    said: list[str] = []
    decoder = ImageDecoder(said.append)
    msg = message(encoding, random(HEIGHT, PACKED[encoding] * WIDTH))
    decoder.decode(msg)
    decoder.decode(msg)
    assert len(said) == 1
    assert encoding in said[0]


@pytest.mark.parametrize('encoding', ['', 'rgb16', '32FC1', 'jpeg', 'RGB8'])
def test_other_encodings_are_named_with_the_supported_ones(encoding):
    with pytest.raises(UnsupportedEncoding, match=f"'{encoding}'.*nv12") as error:
        decode(message(encoding, random(HEIGHT, 3 * WIDTH)))
    assert isinstance(error.value, HydranetError)


@pytest.mark.parametrize(
    ('encoding', 'fields', 'reason'),
    [
        ('rgb8', {'width': 0}, 'empty'),
        ('rgb8', {'height': 0}, 'empty'),
        ('rgb8', {'height': HEIGHT + 1}, 'data should hold 780 bytes and holds 720'),
        ('rgb8', {'step': 2**32 - 1}, 'data should hold'),
        ('rgb8', {'step': 0}, 'a row needs 60 bytes'),
        ('rgb8', {'width': WIDTH + 1}, 'a row needs 63 bytes'),
        ('mono16', {'width': 31}, 'a row needs 62 bytes'),
        ('uyvy', {'width': 19}, 'even width'),
        ('nv12', {'width': 19}, 'even width and height'),
        ('nv21', {'height': 11}, 'even width and height'),
    ],
)
def test_messages_that_contradict_themselves_are_refused(encoding, fields, reason):
    msg = message(encoding, random(HEIGHT, 3 * WIDTH))
    for name, value in fields.items():
        setattr(msg, name, value)
    with pytest.raises(HydranetError, match=reason):
        decode(msg)


@settings(max_examples=300, deadline=None)
@given(
    encoding=st.sampled_from(SUPPORTED_ENCODINGS),
    height=st.integers(0, 9),
    width=st.integers(0, 9),
    step=st.integers(0, 40),
    size=st.one_of(st.none(), st.integers(0, 1200)),
    big=st.booleans(),
)
def test_any_sizes_give_a_picture_or_a_sentence(encoding, height, width, step, size, big):
    if size is None:
        size = int(step * height * ROWS.get(encoding, 1))
    msg = Image(height=height, width=width, step=step, encoding=encoding, is_bigendian=int(big))
    msg.data.frombytes(bytes(size))
    wanted = size == step * height * ROWS.get(encoding, 1)
    wanted &= step >= width * BYTES_PER_PIXEL.get(encoding, 1)
    wanted &= min(width, height) >= (3 if encoding.startswith('bayer') else 1)
    wanted &= width % 2 == 0 or BYTES_PER_PIXEL.get(encoding) != 2 or encoding == 'mono16'
    wanted &= (width % 2, height % 2) == (0, 0) or encoding not in ('nv12', 'nv21')
    if wanted:
        assert decode(msg).shape == (height, width, 3)
    else:
        with pytest.raises(HydranetError, match=encoding):
            decode(msg)


@pytest.mark.parametrize('encoding', ['mono8', 'rgb8', 'bgr8', '32FC1', '32FC3'])
def test_writer_writes_into_its_message(encoding):
    writer = images.ImageWriter(3, 5, encoding)
    writer.array[:] = np.arange(writer.array.size).reshape(writer.array.shape)
    assert writer.message.step == 5 * writer.array[0, 0].nbytes
    assert bytes(writer.message.data) == writer.array.tobytes()


def test_writer_refuses_other_encodings():
    with pytest.raises(HydranetError, match='yuv422'):
        images.ImageWriter(3, 5, 'yuv422')


def test_writer_passes_the_checks_of_message_fields():
    script = (
        'from hydranet_ros.ros.images import ImageWriter\n'
        "writer = ImageWriter(2, 2, 'mono8'); writer.array[:] = 7\n"
        'assert bytes(writer.message.data) == b"\\7" * 4\n'
    )
    environment = os.environ | {'ROS_PYTHON_CHECK_FIELDS': '1'}
    subprocess.run([sys.executable, '-c', script], env=environment, check=True, timeout=60)
