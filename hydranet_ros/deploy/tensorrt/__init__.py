# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""TensorRT: built in a process of its own, run on a thread of its own."""
