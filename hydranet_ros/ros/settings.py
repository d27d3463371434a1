# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The parameters of parameters.py on a node: declared, read, checked, followed at run time."""

from collections.abc import Callable
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import fields
from typing import Any

from rcl_interfaces.msg import FloatingPointRange
from rcl_interfaces.msg import IntegerRange
from rcl_interfaces.msg import ParameterDescriptor
from rcl_interfaces.msg import SetParametersResult
from rclpy.clock import Clock
from rclpy.clock import ClockType
from rclpy.exceptions import InvalidParameterTypeException
from rclpy.exceptions import InvalidParameterValueException
from rclpy.node import Node
from rclpy.parameter import Parameter

from hydranet_ros.errors import HydranetError
from hydranet_ros.ros.parameter_table import PARAMETERS
from hydranet_ros.ros.parameter_table import Setting
from hydranet_ros.ros.parameters import as_yaml
from hydranet_ros.ros.parameters import check
from hydranet_ros.ros.parameters import constraints
from hydranet_ros.ros.parameters import type_name

LOOK_PERIOD_S = 0.1


@dataclass(frozen=True)
class Settings:
    """The values of one moment, under the names of the table."""

    model: str
    weights: str
    backend: str
    precision: str
    domain: str
    input_scale: float
    input_size: tuple[int, int]
    image_reliability: str
    image_transport: str
    tensorrt_optimization_level: int
    tensorrt_workspace_mb: int
    tensorrt_dla_core: int
    threads: int
    autostart: bool
    cameras: tuple[str, ...]
    batch_wait_ms: float
    max_batch: int
    max_stamp_age: float
    outputs: tuple[str, ...]
    overlay_alpha: float
    jpeg_quality: int
    depth_color_min: float
    depth_color_max: float
    max_rate: float
    confidence_threshold: float
    classes: tuple[str, ...]
    depth_min: float
    depth_max: float
    points_stride: int
    normals_from_depth: bool


def declare(node: Node) -> Settings:
    """Declare all parameters on the node, with the values it was started with.

    Raises:
        HydranetError: a value has the wrong type or is out of its range.

    """

    def validate(changed: list[Parameter]) -> SetParametersResult:
        # This also runs inside declare_parameter, when half of the table is still missing.
        declared = (one.name for one in PARAMETERS if node.has_parameter(one.name))
        values: dict[str, Any] = {name: node.get_parameter(name).value for name in declared}
        reason = check(values | {one.name: one.value for one in changed})
        return SetParametersResult(successful=not reason, reason=reason)

    node.add_on_set_parameters_callback(validate)
    for setting in PARAMETERS:
        declare_one(node, setting)
    return read(node)


def declare_one(node: Node, setting: Setting) -> None:
    """Declare one parameter; HydranetError where it was started with a value that cannot be."""
    default = list(setting.default) if isinstance(setting.default, tuple) else setting.default
    try:
        node.declare_parameter(setting.name, default, _descriptor(setting))
    except InvalidParameterTypeException as error:
        raise HydranetError(
            f'Parameter {setting.name} must be of type {type_name(setting)}: write it like '
            f'{as_yaml(setting.default)}. ({error})'
        ) from error
    except InvalidParameterValueException as error:
        raise HydranetError(f'Parameter refused: {error}') from error


def read(node: Node, changed: Sequence[Parameter] = ()) -> Settings:
    """Return the values that the node's parameters have now, or would have with these changes."""
    values = {one.name: node.get_parameter(one.name).value for one in fields(Settings)}
    values |= {one.name: one.value for one in changed if one.name in values}
    values['input_size'] = tuple(values['input_size'])
    for name in ('classes', 'cameras', 'outputs'):
        values[name] = tuple(filter(None, values[name]))
    return Settings(**values)


def on_change(node: Node, apply: Callable[[Settings], None]) -> None:
    """Call `apply` with the new settings after each accepted change."""
    names = {setting.name for setting in PARAMETERS}
    if hasattr(node, 'add_post_set_parameters_callback'):

        def applied(changed: list[Parameter]) -> None:
            if any(one.name in names for one in changed):
                apply(read(node))

        node.add_post_set_parameters_callback(applied)
        return

    # Humble has no post-set callback, and its others come before the values are stored.
    seen = read(node)

    def look() -> None:
        nonlocal seen
        found = read(node)
        if found != seen:
            seen = found
            apply(found)

    node.create_timer(LOOK_PERIOD_S, look, clock=Clock(clock_type=ClockType.STEADY_TIME))


def _descriptor(setting: Setting) -> ParameterDescriptor:
    descriptor = ParameterDescriptor(
        name=setting.name,
        description=setting.description,
        additional_constraints=constraints(setting),
        read_only=setting.read_only,
    )
    if setting.low is not None and setting.high is not None:
        if isinstance(setting.default, float):
            descriptor.floating_point_range = [
                FloatingPointRange(from_value=setting.low, to_value=setting.high)
            ]
        else:
            descriptor.integer_range = [
                IntegerRange(from_value=int(setting.low), to_value=int(setting.high), step=1)
            ]
    return descriptor
