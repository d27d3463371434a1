# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Read and write sensor_msgs/CompressedImage, as image_transport's `compressed` does."""

from dataclasses import dataclass
from typing import Any
from typing import Protocol

import cv2
import numpy as np
import numpy.typing as npt

from hydranet_ros.errors import FrameError
from hydranet_ros.image_encodings import check_size
from hydranet_ros.image_encodings import Layout
from hydranet_ros.image_encodings import LAYOUTS
from hydranet_ros.image_files import decode
from hydranet_ros.image_files import file_kind
from hydranet_ros.image_files import FileHeader
from hydranet_ros.image_files import is_truncated
from hydranet_ros.image_files import read_header

# Runs of one value suit class ids: 4 kB of 640x480 in 2 ms, where more effort gains nothing.
_PNG_OPTIONS = (
    *(cv2.IMWRITE_PNG_COMPRESSION, 1),
    *(cv2.IMWRITE_PNG_STRATEGY, cv2.IMWRITE_PNG_STRATEGY_RLE),
)
# The pixels as they lie: a camera's calibration is of the unturned image.
_AS_IT_LIES = cv2.IMREAD_IGNORE_ORIENTATION
_COLOR_RGB = getattr(cv2, 'IMREAD_COLOR_RGB', None)  # from OpenCV 4.11 on; spares a pass


class CompressedImageMessage(Protocol):
    """What is read of a sensor_msgs/CompressedImage, whichever library made it."""

    format: str
    data: Any


@dataclass(frozen=True)
class Compression:
    """How one kind of picture is compressed: OpenCV's suffix, and the message's `format`."""

    suffix: str
    format: str


JPEG = Compression('.jpg', 'rgb8; jpeg compressed bgr8')
PNG = Compression('.png', 'mono8; png compressed ')


def decode_compressed(msg: CompressedImageMessage) -> np.ndarray:
    """Return the picture of a JPEG or PNG message as uint8 (H, W, 3) RGB, in memory of its own.

    FrameError for another format, 16 bits a channel, too many pixels, and damaged data. Bits that
    are flipped inside a JPEG cannot be told from its pixels.
    """
    header = _checked_header(msg)
    layout = _mosaic(msg.format)
    if layout is not None:
        picture = decode(msg.data, cv2.IMREAD_GRAYSCALE | _AS_IT_LIES)
    elif _stored_as_rgb(msg.format):
        picture = decode(msg.data, cv2.IMREAD_COLOR | _AS_IT_LIES)
    else:
        picture = _decode_rgb(msg.data)
    if picture is None or picture.shape[:2] != (header.height, header.width):
        raise FrameError(
            f'{_name(msg)}: the {header.kind.value} is damaged, or of a kind that OpenCV cannot '
            'read; check the camera driver.'
        )
    if layout is not None and layout.code is not None:
        return cv2.cvtColor(picture, layout.code)
    return picture


def compressed_size(msg: CompressedImageMessage) -> tuple[int, int]:
    """Return (height, width) of a JPEG or PNG message, not decoded; FrameError as decoding it."""
    header = _checked_header(msg)
    return header.height, header.width


def media_type(msg: CompressedImageMessage) -> str | None:
    """Return image/jpeg or image/png, None where the file has to be decoded to be shown.

    That is a Bayer mosaic, or red and blue the other way round. FrameError as decoding it, but
    for damage that only its pixels tell.
    """
    header = _checked_header(msg)
    if _mosaic(msg.format) is not None or _stored_as_rgb(msg.format):
        return None
    return f'image/{header.kind.value.lower()}'


class Compressor:
    """Compress pictures; keeps its buffer, so use one compressor per thread.

    Args:
        kind: JPEG for pictures for people, uint8 (H, W, 3) RGB; PNG, which loses nothing, for
            uint8 (H, W).

    """

    def __init__(self, kind: Compression) -> None:
        self._kind = kind
        self._bgr = np.empty((0, 0, 3), np.uint8)

    def compress(self, picture: npt.NDArray[np.uint8], quality: int) -> npt.NDArray[np.uint8]:
        """Return the file's bytes, uint8 (n,). quality: of a JPEG, 1 to 100."""
        if self._kind is PNG:
            return cv2.imencode(PNG.suffix, picture, _PNG_OPTIONS)[1]
        if self._bgr.shape != picture.shape:
            self._bgr = np.empty_like(picture)
        cv2.cvtColor(picture, cv2.COLOR_RGB2BGR, dst=self._bgr)
        return cv2.imencode(JPEG.suffix, self._bgr, (cv2.IMWRITE_JPEG_QUALITY, quality))[1]


def _name(msg: CompressedImageMessage) -> str:
    return f'Compressed image ({msg.format!r}, {len(msg.data)} bytes)'


def _checked_header(msg: CompressedImageMessage) -> FileHeader:
    """Return what the file declares; FrameError where it is not to be decoded."""
    what = _name(msg)
    if 'compressedDepth' in msg.format:
        raise FrameError(
            f'{what}: this is depth, of the transport compressedDepth. Remap image to a colour '
            'topic of the camera.'
        )
    kind = file_kind(msg.data)
    if kind is None:
        raise FrameError(
            f'{what}: the data is neither a JPEG nor a PNG. Let the camera publish one of these, '
            'or raw images.'
        )
    header = read_header(msg.data)
    if header is None or is_truncated(msg.data):
        raise FrameError(
            f'{what}: the {kind.value} is cut off before its end; check the camera driver.'
        )
    if header.bits > 8:
        raise FrameError(
            f'{what}: the {kind.value} has {header.bits} bits a channel, at most 8 are read. Let '
            'the camera publish 8 bits, or raw images.'
        )
    layout = _mosaic(msg.format)
    check_size(what, header.height, header.width, layout.smallest if layout else 1)
    return header


def _decode_rgb(data: Any) -> np.ndarray | None:
    if _COLOR_RGB is not None:
        return decode(data, _COLOR_RGB | _AS_IT_LIES)
    bgr = decode(data, cv2.IMREAD_COLOR | _AS_IT_LIES)
    return None if bgr is None else cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB, dst=bgr)


def _stored_encoding(form: str) -> str:
    """Return how the stored pixels lie; image_transport: as in `encoding; codec compressed bgr8`.

    Without the last word they are those of the encoding, without a semicolon those of OpenCV.
    """
    encoding, separated, codec = form.partition(';')
    return encoding.strip() if separated and 'compressed bgr' not in codec else 'bgr8'


def _stored_as_rgb(form: str) -> bool:
    return _stored_encoding(form).startswith('rgb')


def _mosaic(form: str) -> Layout | None:
    encoding = _stored_encoding(form)
    return LAYOUTS.get(encoding) if encoding.startswith('bayer_') else None
