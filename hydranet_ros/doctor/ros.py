# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The ROS 2 distribution: whether it is there, and whether this Python can use it."""

from collections.abc import Iterator
import importlib.util
import os

from hydranet_ros.doctor.child import tried
from hydranet_ros.doctor.finding import Finding
from hydranet_ros.doctor.finding import ok
from hydranet_ros.doctor.finding import problem
from hydranet_ros.doctor.finding import warning

_LOOK = (
    'import rclpy, sensor_msgs.msg, diagnostic_msgs.msg, lifecycle_msgs.srv;'
    'rclpy.init();'
    'from rclpy.utilities import get_rmw_implementation_identifier as rmw;'
    'print(rmw()); rclpy.shutdown()'
)
_VISION_MSGS = 'import vision_msgs.msg; vision_msgs.msg.LabelInfo()'


def installed() -> bool:
    """Tell whether this Python finds rclpy."""
    return importlib.util.find_spec('rclpy') is not None


def check() -> Iterator[Finding]:
    """Start ROS in a process of its own."""
    named = os.environ.get('ROS_DISTRO', '')
    if not installed():
        text = 'rclpy is not found by this Python'
        if named:
            yield problem(
                'ROS 2',
                f'{text}, though {named} is sourced',
                "Use the distribution's Python (a venv with --system-site-packages).",
            )
        else:
            yield warning(
                'ROS 2',
                f'{text}: the node cannot run, everything else can',
                'Source a ROS 2 installation, or pip install hydranet_ros[ros-jazzy].',
            )
        return
    works, said = tried(_LOOK)
    if not works:
        yield problem(
            'ROS 2',
            f'rclpy does not start: {said}',
            'Source the setup.bash of one distribution only; rclpy needs the Python that it was '
            'built for, and a middleware (ros-$ROS_DISTRO-rmw-fastrtps-cpp).',
        )
        return
    yield ok('ROS 2', f'{named or "from pip"}, {said}')
    works, said = tried(_VISION_MSGS)
    if works:
        yield ok('vision_msgs', 'semantic/label_info is published')
    else:
        yield warning(
            'vision_msgs',
            f'semantic/label_info is not published ({said})',
            'Where a costmap reads it: apt install ros-$ROS_DISTRO-vision-msgs.',
        )
