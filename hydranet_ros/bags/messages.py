# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Messages as rosbags writes them, made of the arrays of a prediction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from typing import TYPE_CHECKING

import numpy as np

from hydranet_ros.bags.types import IMAGE
from hydranet_ros.bags.types import LABEL_INFO
from hydranet_ros.bags.types import POINT_CLOUD
from hydranet_ros.bags.types import POINT_FIELD
from hydranet_ros.bags.types import VISION_CLASS
from hydranet_ros.errors import FrameError
from hydranet_ros.image_reader import ImageReader
from hydranet_ros.point_cloud import POINT_FIELDS

if TYPE_CHECKING:
    from rosbags.typesys.store import Typestore

    from hydranet_ros.zoo.card_types import SemanticClass


class RgbReader:
    """Read images, raw or compressed (JPEG, PNG), as RGB."""

    def __init__(self, store: Typestore) -> None:
        self._store = store
        self._reader = ImageReader()

    def read(self, data: bytes, msgtype: str) -> tuple[Any, np.ndarray]:
        """Return the header and the picture, uint8 (H, W, 3); FrameError for a damaged one."""
        try:
            message: Any = self._store.deserialize_cdr(data, msgtype)
        except Exception as error:
            raise FrameError(f'a message is damaged ({type(error).__name__}: {error}).') from error
        return message.header, self._reader.read(message)


def image_message(store: Typestore, header: Any, encoding: str, array: np.ndarray) -> Any:
    """Return a sensor_msgs/Image of (H, W) or (H, W, C)."""
    return store.types[IMAGE](
        header=header,
        height=array.shape[0],
        width=array.shape[1],
        encoding=encoding,
        is_bigendian=0,
        step=array.strides[0],
        data=array.reshape(-1).view(np.uint8),
    )


def cloud_message(store: Typestore, header: Any, points: np.ndarray) -> Any:
    """Return a sensor_msgs/PointCloud2 of POINT (h, w)."""
    field = store.types[POINT_FIELD]
    return store.types[POINT_CLOUD](
        header=header,
        height=points.shape[0],
        width=points.shape[1],
        fields=[
            field(name=name, offset=offset, datatype=datatype, count=1)
            for name, offset, datatype in POINT_FIELDS
        ],
        is_bigendian=False,
        point_step=points.dtype.itemsize,
        row_step=points.strides[0],
        data=points.reshape(-1).view(np.uint8),
        is_dense=False,
    )


def label_message(store: Typestore, header: Any, classes: Sequence[SemanticClass]) -> Any:
    """Return a vision_msgs/LabelInfo."""
    entry = store.types[VISION_CLASS]
    return store.types[LABEL_INFO](
        header=header,
        class_map=[
            entry(class_id=number, class_name=one.name) for number, one in enumerate(classes)
        ],
        threshold=0.0,
    )
