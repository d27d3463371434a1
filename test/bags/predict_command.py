# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""`hydranet predict` on bags, and a look at what it wrote."""

from pathlib import Path

from rclpy.serialization import deserialize_message
from rosbags.rosbag2 import Reader
from sensor_msgs.msg import Image

from hydranet_ros.commands import main

ENGINE = ('--backend', 'onnxruntime', '--precision', 'fp32')


def predict(bag: Path, out: Path, *more: str) -> int:
    return main(['predict', str(bag), '--out', str(out), *ENGINE, *more])


def contents(bag: Path) -> list[tuple[str, str, int, bytes]]:
    with Reader(bag) as reader:
        return [(one.topic, one.msgtype, at, bytes(data)) for one, at, data in reader.messages()]


def of(bag: Path, topic: str, kind=Image) -> list:
    found = [
        deserialize_message(data, kind) for name, _, _, data in contents(bag) if name == topic
    ]
    return sorted(found, key=lambda one: (one.header.stamp.sec, one.header.stamp.nanosec))
