# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""What a user chooses of an engine."""

from dataclasses import dataclass
from enum import Enum

from hydranet_ros.errors import HydranetError

OPTIMIZATION_LEVELS = range(6)


class Backend(str, Enum):
    """What runs the network."""

    TENSORRT = 'tensorrt'
    TORCH2TRT = 'torch2trt'
    TORCH = 'torch'
    OPENVINO = 'openvino'
    ONNXRUNTIME = 'onnxruntime'
    ONNXRUNTIME_CUDA = 'onnxruntime-cuda'
    ONNXRUNTIME_TENSORRT = 'onnxruntime-tensorrt'


class Precision(str, Enum):
    """The arithmetic of the network; labels and metres come out alike."""

    FP32 = 'fp32'
    FP16 = 'fp16'
    BF16 = 'bf16'
    INT8 = 'int8'


@dataclass(frozen=True)
class BuilderOptions:
    """How TensorRT builds: effort 0 to 5, most workspace in MiB (0: all), DLA core (-1: none).

    HydranetError for values out of range.
    """

    optimization_level: int = 3
    workspace_mb: int = 0
    dla_core: int = -1

    def __post_init__(self) -> None:
        if self.optimization_level not in OPTIMIZATION_LEVELS:
            raise HydranetError(
                f'The optimization level is {self.optimization_level}; give 0 (fastest build) '
                'to 5 (fastest engine).'
            )
        if self.workspace_mb < 0:
            raise HydranetError(
                f'The workspace is {self.workspace_mb} MiB; give a size, or 0 for all there is.'
            )
        if self.dla_core < -1:
            raise HydranetError(f'The DLA core is {self.dla_core}; give its number, or -1.')
