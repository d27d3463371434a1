# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The parameters of the node `camera`, read once at its start."""

from dataclasses import dataclass
from dataclasses import fields

from rclpy.node import Node

from hydranet_ros.errors import HydranetError
from hydranet_ros.ros.camera_parameter_table import CAMERA_PARAMETERS
from hydranet_ros.ros.parameters import check_one
from hydranet_ros.ros.settings import declare_one


@dataclass(frozen=True)
class CameraSettings:
    """The values, under the names of the table."""

    source: str
    rate: float
    loop: bool
    width: int
    height: int
    frame_id: str
    focal_length: float
    reliability: str
    wait_for_subscriber: bool
    start_time: float
    jpeg_quality: int
    seed: int


def declare(node: Node) -> CameraSettings:
    """Declare all parameters on the node; HydranetError where one was given a wrong value."""
    for setting in CAMERA_PARAMETERS:
        declare_one(node, setting)
        reason = check_one(setting, node.get_parameter(setting.name).value)
        if reason:
            raise HydranetError(f'Parameter refused: {reason}.')
    settings = CameraSettings(
        **{one.name: node.get_parameter(one.name).value for one in fields(CameraSettings)}
    )
    if bool(settings.width) != bool(settings.height):
        raise HydranetError(
            f'Parameter refused: width {settings.width} and height {settings.height} '
            'go together; set both, or none.'
        )
    return settings
