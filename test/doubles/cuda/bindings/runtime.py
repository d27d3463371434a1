# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""NOT cuda-python: see host_cuda. The layout of cuda-python from 12.6.1."""

from host_cuda_runtime import *  # noqa: F403
