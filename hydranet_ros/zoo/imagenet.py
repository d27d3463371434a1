# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""ImageNet's statistics, which networks are fed by: (RGB / 255 - MEAN) / STD."""

MEAN = (0.485, 0.456, 0.406)
STD = (0.229, 0.224, 0.225)
