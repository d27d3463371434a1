# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Frames from a folder, a video, a camera or a procedural street."""

from hydranet_ros.sources.calibration import read_calibration
from hydranet_ros.sources.frame import Frame
from hydranet_ros.sources.frame import Intrinsics
from hydranet_ros.sources.frame import Source
from hydranet_ros.sources.frame import UnreadableFrame
from hydranet_ros.sources.opening import open_source
from hydranet_ros.sources.readable import ReadableFrames

__all__ = [
    'Frame',
    'Intrinsics',
    'ReadableFrames',
    'Source',
    'UnreadableFrame',
    'open_source',
    'read_calibration',
]
