# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The message types of bags: those of a ROS distribution, and vision_msgs/LabelInfo."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rosbags.interfaces import Connection
    from rosbags.typesys.store import Typestore

IMAGE = 'sensor_msgs/msg/Image'
COMPRESSED_IMAGE = 'sensor_msgs/msg/CompressedImage'
CAMERA_INFO = 'sensor_msgs/msg/CameraInfo'
POINT_CLOUD = 'sensor_msgs/msg/PointCloud2'
POINT_FIELD = 'sensor_msgs/msg/PointField'
LABEL_INFO = 'vision_msgs/msg/LabelInfo'
VISION_CLASS = 'vision_msgs/msg/VisionClass'

_VISION_CLASS_FIELDS = 'uint16 class_id\nstring class_name\n'
_LABEL_INFO_FIELDS = (
    'std_msgs/Header header\nvision_msgs/VisionClass[] class_map\nfloat32 threshold\n'
)
_NO_HASH = 'RIHS01_' + 64 * '0'


def make_typestore() -> Typestore:
    """Return the types that we read and write; the images are the same in every distribution."""
    from rosbags.typesys import get_types_from_msg
    from rosbags.typesys import get_typestore
    from rosbags.typesys import Stores

    store = get_typestore(Stores.ROS2_HUMBLE)
    store.register(get_types_from_msg(_VISION_CLASS_FIELDS, VISION_CLASS))
    store.register(get_types_from_msg(_LABEL_INFO_FIELDS, LABEL_INFO))
    return store


def definition_of(connection: Connection, store: Typestore) -> tuple[str, str]:
    """Return the definition and the hash of a recorded type, as the bag has them.

    Bags of older distributions have none: then those of the store, and for types that it does not
    know an empty definition, as rosbag2 writes it, and a hash of zeros.
    """
    if connection.msgdef.data and connection.digest:
        return connection.msgdef.data, connection.digest
    if connection.msgtype in store.types:
        known, _ = store.generate_msgdef(connection.msgtype, ros_version=2)
        return connection.msgdef.data or known, store.hash_rihs01(connection.msgtype)
    return connection.msgdef.data, connection.digest or _NO_HASH
