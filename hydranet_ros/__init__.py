# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Semantic segmentation and depth of a camera frame in one network pass, for ROS 2."""

__version__ = '0.1.0'
