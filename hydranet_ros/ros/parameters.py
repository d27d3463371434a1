# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""What the parameters' values can be, and the texts that are made of their tables.

`python -m hydranet_ros.ros.parameters yaml|markdown|camera` prints one of them, without ROS.
"""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence
import math
import re
import sys
import textwrap
from typing import Any

from hydranet_ros.deploy.input_size import is_size
from hydranet_ros.image_encodings import MOST_PIXELS
from hydranet_ros.networks.options import SMALLEST_SIDE
from hydranet_ros.ros.camera_parameter_table import CAMERA_PARAMETERS
from hydranet_ros.ros.parameter_table import PARAMETERS
from hydranet_ros.ros.parameter_table import Setting
from hydranet_ros.ros.parameter_table import Value

_TOPIC_TOKEN = re.compile(r'(?!.*__)[A-Za-z_][A-Za-z0-9_]*')


def check(values: Mapping[str, Any]) -> str:
    """Return why the values of these parameters cannot be, or '' when they can.

    Args:
        values: name to value, the whole table or those of it that are known yet.

    """
    for setting in PARAMETERS:
        if setting.name in values:
            reason = check_one(setting, values[setting.name])
            if reason:
                return reason
    near, far = values.get('depth_color_min', 0.0), values.get('depth_color_max')
    if far == 0 and near > 0:
        return 'depth_color_min needs depth_color_max: set that one first'
    if far and near >= far:
        return f'depth_color_min ({near:g} m) must be below depth_color_max ({far:g} m)'
    near, far = values.get('depth_min', 0.0), values.get('depth_max')
    if far and near >= far:
        return f'depth_min ({near:g} m) must be below depth_max ({far:g} m)'
    return ''


def check_one(setting: Setting, value: Any) -> str:
    """Return why this value of one parameter cannot be, or '' when it can."""
    if value is None:  # ROS takes [] for it
        return f'{setting.name} must be of type {type_name(setting)}, not empty'
    chosen = list(filter(None, value)) if isinstance(setting.default, tuple) else [value]
    for one in chosen if setting.choices else ():
        if one not in setting.choices:
            return f'{setting.name} must be one of {", ".join(setting.choices)}, not {one!r}'
    if isinstance(value, float) and not math.isfinite(value):
        return f'{setting.name} must be a finite number, not {value}'
    low, high = setting.low, setting.high
    if low is not None and high is not None and not low <= value <= high:
        return f'{setting.name} must be in {low:g} to {high:g}, not {value:g}'
    if setting.name == 'input_size':
        size = tuple(value)
        if size != (0, 0) and not is_size(size):
            return (
                f'input_size must be [height, width] of at least {SMALLEST_SIDE} px each and at '
                f'most {MOST_PIXELS} px in all, or [0, 0], not {list(size)}'
            )
    if setting.name == 'cameras':
        return check_cameras(value)
    if setting.name == 'model' and not value:
        return 'model must name a model card; `hydranet models` lists them'
    return ''


def check_cameras(names: Sequence[str]) -> str:
    """Return why these cannot be the names of cameras, or '' when they can."""
    if list(names) == ['']:
        return ''
    for name in names:
        if not _TOPIC_TOKEN.fullmatch(name):
            return (
                f'cameras: {name!r} cannot be part of the name of a topic; use letters, digits '
                'and single underscores, and no digit at the beginning'
            )
    if len(set(names)) < len(names):
        return f'cameras names one twice: {", ".join(names)}'
    return ''


def type_name(setting: Setting) -> str:
    """Return the parameter's type as ROS names it."""
    names = {bool: 'bool', int: 'integer', float: 'double', str: 'string'}
    if isinstance(setting.default, tuple):
        return f'{names[type(setting.default[0])]} array'
    return names[type(setting.default)]


def constraints(setting: Setting) -> str:
    """Return what values are allowed, for people; '' where every value is."""
    if setting.choices:
        return 'one of ' + ', '.join(setting.choices)
    if setting.low is not None and setting.high is not None:
        return f'{setting.low:.10g} to {setting.high:.10g} {setting.unit}'.rstrip()
    return setting.unit


def as_yaml(value: Value) -> str:
    """Return the value as one writes it in a parameter file."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f"'{value}'"
    return str(list(value)) if isinstance(value, tuple) else str(value)


def yaml_text() -> str:
    """Return config/perception.yaml: every parameter, its default, and a comment on it."""
    lines = [
        '# The parameters of the node `perception`, with their defaults.',
        '# Made by: python -m hydranet_ros.ros.parameters yaml',
        '# They are for nodes of that name, in any namespace; one that is renamed (__node) needs',
        '# its new name here.',
        '/**/perception:',
        '  ros__parameters:',
    ]
    for setting in PARAMETERS:
        notes = [constraints(setting), '' if setting.read_only else 'can be changed at run time']
        comment = '; '.join(note for note in notes if note)
        text = setting.description + (f' ({comment})' if comment else '')
        lines += ['    # ' + line for line in textwrap.wrap(text, 92)]
        lines.append(f'    {setting.name}: {as_yaml(setting.default)}')
    return '\n'.join(lines) + '\n'


def markdown_table(table: Sequence[Setting] = PARAMETERS) -> str:
    """Return the README's table of a node's parameters."""
    changing = not all(setting.read_only for setting in table)
    header = ['parameter', 'default', 'values', *(['at run time'] if changing else []), '']
    rows = [header, ['---'] * len(header)]
    for setting in table:
        values = ', '.join(f'`{choice}`' for choice in setting.choices)
        rows.append(
            [
                f'`{setting.name}`',
                f'`{as_yaml(setting.default)}`',
                values or constraints(setting) or type_name(setting),
                *(['no' if setting.read_only else 'yes'] if changing else []),
                setting.description,
            ]
        )
    return ''.join(f'| {" | ".join(row)} |\n' for row in rows)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a text: `yaml` and `markdown` of the node perception, `camera` of the node camera."""
    wanted = list(sys.argv[1:] if arguments is None else arguments)
    texts = {
        'yaml': yaml_text,
        'markdown': markdown_table,
        'camera': lambda: markdown_table(CAMERA_PARAMETERS),
    }
    if len(wanted) != 1 or wanted[0] not in texts:
        print('usage: python -m hydranet_ros.ros.parameters yaml|markdown|camera', file=sys.stderr)
        return 2
    print(texts[wanted[0]](), end='')
    return 0


if __name__ == '__main__':
    sys.exit(main())
