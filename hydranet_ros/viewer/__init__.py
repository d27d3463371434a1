# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""A viewer where there is no RViz: what is logged to Rerun, and how it is laid out; no ROS."""
