# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""What a user chooses of an engine."""

from enum import Enum

SMALLEST_SIDE = 33  # pixels that the network must see: below, its deepest features have one row


class Backend(str, Enum):
    """What runs the network."""

    OPENVINO = 'openvino'
    ONNXRUNTIME = 'onnxruntime'
    TORCH = 'torch'


class Precision(str, Enum):
    """The arithmetic of the network; labels and metres come out alike."""

    FP32 = 'fp32'
    BF16 = 'bf16'
