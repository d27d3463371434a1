# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Data sets of images with class labels, depth and normals, read with NumPy and OpenCV alone."""
