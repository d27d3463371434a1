# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Any image message gives a picture of its size, or a sentence.

Not verified: that the colours of a damaged compressed image are right; nothing can tell.
"""

from dataclasses import dataclass
import math

import cv2
from hypothesis import given
from hypothesis import strategies as st
import numpy as np

from hydranet_ros.compressed_image import decode_compressed
from hydranet_ros.image_decoder import ImageDecoder
from hydranet_ros.image_encodings import LAYOUTS
from hydranet_ros.image_encodings import SUPPORTED_ENCODINGS
from test.fuzz.cases import damaged
from test.fuzz.cases import flat_memory
from test.fuzz.cases import fuzz
from test.fuzz.cases import Outcomes

PICTURE = np.random.default_rng(3).integers(0, 256, (24, 40, 3), np.uint8)
FORMATS = (
    *('jpeg', 'png', 'bgr8; jpeg compressed bgr8', 'rgb8; png compressed ', 'mono8; jpeg '),
    *('bayer_rggb8; jpeg compressed ', '16UC1; compressedDepth png', '', ';', 'rgb8;jpeg'),
)


@dataclass
class Message:
    height: int
    width: int
    encoding: str
    is_bigendian: int
    step: int
    data: bytes


@dataclass
class Compressed:
    format: str
    data: bytes


@st.composite
def messages(draw):
    """Draw messages of which some are right, and most nearly."""
    if draw(st.booleans()):
        return right_message(draw)
    encoding = draw(st.sampled_from(SUPPORTED_ENCODINGS) | st.text(max_size=12))
    side = st.integers(0, 24) | st.sampled_from([2**16, 20_000, 2**31, 2**32 - 1])
    height, width = draw(side), draw(side)
    layout = LAYOUTS.get(encoding)
    row = width * layout.channels * layout.channel_bytes if layout else width
    step = draw(st.sampled_from([row, row + 3, row - 1, 0, 2**32 - 1]) | st.integers(0, 99))
    size = step * math.ceil(height * (layout.rows if layout else 1))
    length = draw(st.sampled_from([size, size - 1, size + 1, 0])) if size < 10**5 else 64
    seed = draw(st.integers(0, 255))
    return Message(
        height=height,
        width=width,
        encoding=encoding,
        is_bigendian=draw(st.integers(0, 255)),
        step=max(step, 0),
        data=bytes([seed]) * max(length, 0),
    )


def right_message(draw) -> Message:
    encoding = draw(st.sampled_from(SUPPORTED_ENCODINGS))
    layout = LAYOUTS[encoding]
    height, width = (2 * draw(st.integers(2, 12)) for _ in range(2))
    step = width * layout.channels * layout.channel_bytes + draw(st.integers(0, 5))
    data = bytes(step * math.ceil(height * layout.rows))
    return Message(height, width, encoding, 0, step, data)


def test_raw_images():
    decoder = ImageDecoder(warn=lambda sentence: None)
    outcomes = Outcomes()

    @fuzz
    @given(messages())
    def run(message):
        count()
        rgb, refusal = outcomes.of(lambda: decoder.decode(message))
        if not refusal:
            assert rgb.shape == (message.height, message.width, 3)
            assert rgb.dtype == np.uint8

    with flat_memory() as count:
        run()
    outcomes.check()


def test_compressed_images():
    encoded = [
        cv2.imencode(suffix, picture, options)[1].tobytes()
        for suffix, options in (
            ('.jpg', ()),
            ('.jpg', (cv2.IMWRITE_JPEG_PROGRESSIVE, 1)),
            ('.png', ()),
        )
        for picture in (PICTURE, PICTURE[..., 0])
    ]
    outcomes = Outcomes()

    @fuzz
    @given(
        st.sampled_from(encoded).flatmap(damaged) | st.binary(max_size=200),
        st.sampled_from(FORMATS) | st.text(max_size=20),
    )
    def run(data, form):
        count()
        rgb, refusal = outcomes.of(lambda: decode_compressed(Compressed(form, data)))
        if not refusal:
            assert rgb.ndim == 3
            assert rgb.shape[2] == 3
            assert rgb.dtype == np.uint8

    with flat_memory() as count:
        run()
    outcomes.check()
