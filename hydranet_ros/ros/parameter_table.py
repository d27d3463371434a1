# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The node's parameters: the one table behind the node, config/perception.yaml and the README."""

from __future__ import annotations

from dataclasses import dataclass

from hydranet_ros.deploy.options import Backend
from hydranet_ros.deploy.options import BuilderOptions
from hydranet_ros.deploy.options import OPTIMIZATION_LEVELS
from hydranet_ros.deploy.options import Precision
from hydranet_ros.outputs import JPEG_QUALITY
from hydranet_ros.outputs import OUTPUT_NAMES
from hydranet_ros.resources import DEFAULT_MODEL

Value = bool | int | float | str | tuple[int, ...] | tuple[str, ...]


@dataclass(frozen=True)
class Setting:
    """One row of the table; a setting that is not `read_only` can be changed at run time."""

    name: str
    default: Value
    description: str
    choices: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    unit: str = ''
    read_only: bool = True


PARAMETERS: tuple[Setting, ...] = (
    Setting(
        'model',
        DEFAULT_MODEL,
        'Model card: a name that `hydranet models` lists, or the path of a .yaml card.',
        read_only=False,
    ),
    Setting(
        'weights',
        '',
        'Local model file (.onnx) or checkpoint in place of the one that the card names; '
        "empty: the card's.",
        read_only=False,
    ),
    Setting(
        'backend',
        'auto',
        'What runs the network; auto takes the fastest that is installed and says which and why.',
        choices=('auto', *(backend.value for backend in Backend)),
        read_only=False,
    ),
    Setting(
        'precision',
        'auto',
        'Arithmetic of the network; auto takes the fastest one in floating point that is not '
        "refused against fp32, where the model's card names frames to judge it by.",
        choices=('auto', *(precision.value for precision in Precision)),
        read_only=False,
    ),
    Setting(
        'domain',
        '',
        'Which classes to use of a model trained for several places (nyud or kitti, for '
        "nyud_kitti); empty: the card's first.",
        read_only=False,
    ),
    Setting(
        'input_scale',
        1.0,
        'Input size of the network over the camera size; a smaller one is faster and coarser.',
        low=0.1,
        high=2.0,
        read_only=False,
    ),
    Setting(
        'input_size',
        (0, 0),
        'Input size of the network as [height, width]; [0, 0]: from input_scale.',
        unit='px',
        read_only=False,
    ),
    Setting(
        'image_reliability',
        'auto',
        'Reliability asked of the camera; auto: reliable when all publishers offer it.',
        choices=('auto', 'best_effort', 'reliable'),
        read_only=False,
    ),
    Setting(
        'image_transport',
        'raw',
        'Which messages to read: raw, sensor_msgs/Image on image, or compressed, '
        'sensor_msgs/CompressedImage (JPEG, PNG) on image/compressed.',
        choices=('raw', 'compressed'),
        read_only=False,
    ),
    Setting(
        'tensorrt_optimization_level',
        BuilderOptions().optimization_level,
        "TensorRT's effort: a higher one builds longer, for a faster engine.",
        low=OPTIMIZATION_LEVELS[0],
        high=OPTIMIZATION_LEVELS[-1],
        read_only=False,
    ),
    Setting(
        'tensorrt_workspace_mb',
        BuilderOptions().workspace_mb,
        'Most memory that TensorRT takes while it builds; 0: all there is.',
        low=0,
        high=65536,
        unit='MiB',
        read_only=False,
    ),
    Setting(
        'tensorrt_dla_core',
        BuilderOptions().dla_core,
        "A Jetson's deep-learning accelerator to run on; -1: the GPU.",
        low=-1,
        high=7,
        read_only=False,
    ),
    Setting(
        'threads',
        0,
        'Processor threads of the network; 0: all.',
        low=0,
        high=1024,
        read_only=False,
    ),
    Setting(
        'autostart',
        True,
        'Configure and activate at start; false: a lifecycle manager does it.',
    ),
    Setting(
        'cameras',
        ('',),
        'Names of the cameras that one network answers: NAME/image and NAME/camera_info come in, '
        "NAME/semantic and the others go out; ['']: one camera, whose topics have no name before "
        'them.',
    ),
    Setting(
        'batch_wait_ms',
        0.0,
        'How long a frame waits for those of other cameras to be predicted with it at once.',
        low=0.0,
        high=1000.0,
        unit='ms',
        read_only=False,
    ),
    Setting(
        'max_batch',
        0,
        'How many frames of different cameras are predicted at once at most; 0: one of each on a '
        'GPU, one on a CPU.',
        low=0,
        high=64,
        read_only=False,
    ),
    Setting(
        'max_stamp_age',
        1.0,
        'Age of a stamp on arrival above which /diagnostics warns; 0: any may be, as of a bag '
        'without --clock.',
        low=0.0,
        high=3600.0,
        unit='s',
        read_only=False,
    ),
    Setting(
        'outputs',
        ('',),
        "Topics to offer, of those that the model can; ['']: all.",
        choices=OUTPUT_NAMES,
        read_only=False,
    ),
    Setting(
        'overlay_alpha',
        0.5,
        'Opacity of the class colours in semantic/overlay.',
        low=0.0,
        high=1.0,
        read_only=False,
    ),
    Setting(
        'jpeg_quality',
        JPEG_QUALITY,
        'Quality of the pictures on semantic/color/compressed and the like.',
        low=1,
        high=100,
        read_only=False,
    ),
    Setting(
        'depth_color_min',
        0.0,
        'Depth with the warmest colour in depth/color.',
        low=0.0,
        high=10000.0,
        unit='m',
        read_only=False,
    ),
    Setting(
        'depth_color_max',
        0.0,
        "Depth with the coldest colour in depth/color; 0: the model's range of depth.",
        low=0.0,
        high=10000.0,
        unit='m',
        read_only=False,
    ),
    Setting(
        'max_rate',
        0.0,
        'Most frames of a camera to answer in a second, the others count as throttled; 0: all.',
        low=0.0,
        high=1000.0,
        unit='Hz',
        read_only=False,
    ),
    Setting(
        'confidence_threshold',
        0.0,
        'Smallest class probability with which a pixel keeps its class; below, it is unlabelled.',
        low=0.0,
        high=1.0,
        read_only=False,
    ),
    Setting(
        'classes',
        ('',),
        "Names of the classes to keep, the others become unlabelled; ['']: all.",
        read_only=False,
    ),
    Setting(
        'depth_min',
        0.0,
        'Smallest depth that is published, nearer ones are NaN.',
        low=0.0,
        high=10000.0,
        unit='m',
        read_only=False,
    ),
    Setting(
        'depth_max',
        0.0,
        "Largest depth that is published, farther ones are NaN; 0: the model's range of depth.",
        low=0.0,
        high=10000.0,
        unit='m',
        read_only=False,
    ),
    Setting(
        'points_stride',
        1,
        'One point for so many pixels, across and down; 1: points has the size of the image.',
        low=1,
        high=64,
        read_only=False,
    ),
    Setting(
        'normals_from_depth',
        False,
        'Compute normals from depth, where the model predicts depth and no normals; needs '
        'camera_info.',
        read_only=False,
    ),
)
