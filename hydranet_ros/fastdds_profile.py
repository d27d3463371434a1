# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The Fast DDS profile with which images fit in shared memory, and who gets it."""

from importlib.metadata import PackageNotFoundError
from importlib.metadata import version
import os
from pathlib import Path

from hydranet_ros.resources import config_dir

PROFILE_VARIABLES = ('FASTRTPS_DEFAULT_PROFILES_FILE', 'FASTDDS_DEFAULT_PROFILES_FILE')


def profile_path() -> Path:
    """Return the Fast DDS profile that a process publishing images should use."""
    return config_dir() / 'fastdds.xml'


def profile_variable() -> str:
    """Return the variable that this ROS distribution reads; the newer ones warn of the older."""
    older, newer = PROFILE_VARIABLES
    try:
        kilted_or_later = int(version('rclpy').partition('.')[0]) >= 8
    except PackageNotFoundError:
        kilted_or_later = False
    return newer if kilted_or_later else older


def use_profile() -> Path | None:
    """Let this process and its children use our Fast DDS profile; call before rclpy.init.

    Returns:
        The profile, or None where the user has configured Fast DDS himself or runs another RMW.

    """
    own = (*PROFILE_VARIABLES, 'FASTDDS_BUILTIN_TRANSPORTS')
    if any(os.environ.get(name) for name in own):
        return None
    if 'fastrtps' not in os.environ.get('RMW_IMPLEMENTATION', 'rmw_fastrtps_cpp'):
        return None
    path = profile_path()
    os.environ[profile_variable()] = str(path)
    return path
