# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""What a user chooses of an engine."""

from enum import Enum


class Backend(str, Enum):
    """What runs the network."""

    OPENVINO = 'openvino'
    ONNXRUNTIME = 'onnxruntime'
    TORCH = 'torch'


class Precision(str, Enum):
    """The arithmetic of the network; labels and metres come out alike."""

    FP32 = 'fp32'
    BF16 = 'bf16'
