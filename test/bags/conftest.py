# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""A bag of a camera and of something that nobody here knows, in both storage formats."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from rosbags.rosbag2 import StoragePlugin
from rosbags.rosbag2 import Writer
from rosbags.typesys import get_types_from_msg
from rosbags.typesys import get_typestore
from rosbags.typesys import Stores

HEIGHT, WIDTH, FX = 64, 96, 80.0
STAMPS = [(7, 900_000_000), (8, 0), (8, 100_000_000)]
ODD = 'strange_msgs/msg/Odd'


def picture(number: int) -> np.ndarray:
    return np.random.default_rng(number).integers(0, 256, (HEIGHT, WIDTH, 3), np.uint8)


class Recorder:
    """Writes bags with the types of ROS 2 Jazzy and one of its own."""

    def __init__(self) -> None:
        self.store = get_typestore(Stores.ROS2_JAZZY)
        self.store.register(get_types_from_msg('uint8[] bytes\nfloat64 number\n', ODD))

    def header(self, number: int):
        kinds = self.store.types
        sec, nanosec = STAMPS[number]
        stamp = kinds['builtin_interfaces/msg/Time'](sec=sec, nanosec=nanosec)
        return kinds['std_msgs/msg/Header'](stamp=stamp, frame_id='cam_optical')

    def image(self, number: int):
        return self.store.types['sensor_msgs/msg/Image'](
            header=self.header(number),
            height=HEIGHT,
            width=WIDTH,
            encoding='rgb8',
            is_bigendian=0,
            step=3 * WIDTH,
            data=picture(number).ravel(),
        )

    def compressed(self, number: int):
        _, data = cv2.imencode('.png', picture(number)[..., ::-1])
        return self.store.types['sensor_msgs/msg/CompressedImage'](
            header=self.header(number), format='rgb8; png compressed bgr8', data=data.ravel()
        )

    def info(self, number: int, width: int = WIDTH):
        kinds = self.store.types
        region = kinds['sensor_msgs/msg/RegionOfInterest'](
            x_offset=0, y_offset=0, height=0, width=0, do_rectify=False
        )
        k = np.array([FX, 0, WIDTH / 2, 0, FX, HEIGHT / 2, 0, 0, 1.0])
        return kinds['sensor_msgs/msg/CameraInfo'](
            header=self.header(number),
            height=HEIGHT,
            width=width,
            distortion_model='plumb_bob',
            d=np.zeros(5),
            k=k,
            r=np.eye(3).ravel(),
            p=np.zeros(12),
            binning_x=0,
            binning_y=0,
            roi=region,
        )

    def odd(self, number: int):
        return self.store.types[ODD](bytes=np.arange(number + 3, dtype=np.uint8), number=1.5)

    def write(self, path: Path, storage: str, messages) -> Path:
        """Write (topic, type, message or bytes) in order, 10 ms apart."""
        with Writer(path, version=9, storage_plugin=StoragePlugin[storage.upper()]) as writer:
            connections = {}
            for place, (topic, kind, message) in enumerate(messages):
                if topic not in connections:
                    connections[topic] = writer.add_connection(topic, kind, typestore=self.store)
                if not isinstance(message, bytes):
                    message = self.store.serialize_cdr(message, kind)
                writer.write(connections[topic], 10**18 + place * 10**7, message)
        return path


@pytest.fixture(scope='session')
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture
def drive(recorder: Recorder, tmp_path: Path, storage: str) -> Path:
    """Three images, raw and compressed, with camera_info after the first, and an odd topic."""
    messages = []
    for number in range(3):
        messages += [
            ('/cam/image_raw', 'sensor_msgs/msg/Image', recorder.image(number)),
            ('/odd', ODD, recorder.odd(number)),
            ('/cam/camera_info', 'sensor_msgs/msg/CameraInfo', recorder.info(number)),
            (
                '/zip/image/compressed',
                'sensor_msgs/msg/CompressedImage',
                recorder.compressed(number),
            ),
        ]
    return recorder.write(tmp_path / 'drive', storage, messages)


@pytest.fixture
def storage() -> str:
    return 'sqlite3'
