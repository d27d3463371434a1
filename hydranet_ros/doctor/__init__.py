# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""What keeps hydranet_ros from running well on this machine: one check a module."""
