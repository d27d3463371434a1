# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Carry images between processes without losing them: the QoS, and what to do where some are."""

from rclpy.qos import QoSProfile
from rclpy.qos import ReliabilityPolicy
from rclpy.utilities import get_rmw_implementation_identifier

from hydranet_ros.fastdds_profile import profile_path
from hydranet_ros.fastdds_profile import profile_variable

IMAGE_BEST_EFFORT = QoSProfile(depth=1, reliability=ReliabilityPolicy.BEST_EFFORT)
IMAGE_RELIABLE = QoSProfile(depth=1, reliability=ReliabilityPolicy.RELIABLE)
# Reliable offers satisfy every subscriber, RViz's reliable displays included.
OUTPUT = IMAGE_RELIABLE


def remedy() -> str:
    """Say what to do where images get lost between the camera's process and this one."""
    rmw = get_rmw_implementation_identifier()
    if 'fastrtps' not in rmw:
        return f'Raise the socket buffers of {rmw}, or let the camera publish reliably.'
    return (
        "The camera's shared memory is too small for images by default. In the shell that starts "
        f'the camera driver, run first: export {profile_variable()}={profile_path()} '
        '(in a container, also start that with --ipc=host).'
    )
