# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The networks that the papers define, in torch, one architecture a file."""
