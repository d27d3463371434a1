# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""ROS 2 bags (sqlite3 and MCAP) without ROS: read, predicted on, written."""
