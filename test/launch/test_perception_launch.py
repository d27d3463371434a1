# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The launch file, read but not run: its arguments, the README, the parameters, RViz's topics.

Not verified: launching, because no package index carries launch and launch_ros. By hand:
ros2 launch hydranet_ros perception.launch.py source:=street
"""

import ast
import re

import yaml

from hydranet_ros.ros.camera_parameters import CAMERA_PARAMETERS
from hydranet_ros.ros.inputs import CAMERA_INFO
from hydranet_ros.ros.inputs import IMAGE
from hydranet_ros.ros.parameter_table import PARAMETERS

from ..conftest import ROOT

TREE = ast.parse((ROOT / 'launch/perception.launch.py').read_text(encoding='utf-8'))
SHARE = 'share/hydranet_ros'


def constant(name):
    """Evaluate a module constant made of literals, SWITCH and SHARE."""
    known = (
        {'SHARE': SHARE} if name == 'SWITCH' else {'SHARE': SHARE, 'SWITCH': constant('SWITCH')}
    )
    for node in TREE.body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], 'id', '') == name:
            expression = ast.Expression(node.value)
            return eval(compile(expression, 'launch', 'eval'), {'__builtins__': {}}, known)
    raise AssertionError(f'the launch file has no constant {name}')


ARGUMENTS = constant('ARGUMENTS')
CHOICES = {name: choices for name, _, choices, _ in ARGUMENTS}


def readme_table():
    lines = ['| argument | default | values | |', '|---|---|---|---|']
    for name, default, choices, text in ARGUMENTS:
        values = ', '.join(f'`{one}`' for one in choices or () if one)
        lines.append(f'| `{name}` | {f"`{default}`" if default else ""} | {values} | {text} |')
    return '\n'.join(lines)


def test_readme_table_is_the_arguments():
    text = (ROOT / 'README.md').read_text(encoding='utf-8')
    found = re.search(r'<!-- launch -->\n(.*?)<!-- /launch -->', text, re.DOTALL)
    assert found, 'README.md lacks the markers <!-- launch --> and <!-- /launch -->'
    assert found[1].strip() == readme_table()


def test_arguments_are_those_promised():
    assert [name for name, *_ in ARGUMENTS] == [
        'model',
        'backend',
        'precision',
        'image_transport',
        'image',
        'camera_info',
        'cameras',
        'source',
        'params_file',
        'namespace',
        'rviz',
        'autostart',
        'use_sim_time',
        'log_level',
    ]
    for name, default, choices, text in ARGUMENTS:
        assert not choices or default in choices, name
        assert text.endswith('.'), name


def test_every_argument_is_used_and_no_other():
    used = {
        node.slice.value
        for node in ast.walk(TREE)
        if isinstance(node, ast.Subscript)
        and getattr(node.value, 'id', '') == 'given'
        and isinstance(node.slice, ast.Constant)
    }
    assert used | set(constant('PARAMETERS')) == set(CHOICES)


def test_arguments_that_are_parameters_take_the_values_of_the_parameter():
    table = {setting.name: setting for setting in PARAMETERS}
    for name in set(constant('PARAMETERS')) - {'use_sim_time'}:
        setting = table[name]
        if isinstance(setting.default, bool):
            assert CHOICES[name] == ['', 'true', 'false']
        else:
            assert tuple(CHOICES[name] or ['']) == ('', *setting.choices)
    assert CHOICES['use_sim_time'] == ['', 'true', 'false']


def test_params_file_is_the_one_of_the_package():
    (default,) = [default for name, default, *_ in ARGUMENTS if name == 'params_file']
    assert (ROOT / default.removeprefix(f'{SHARE}/')).is_file()


def test_the_camera_gets_parameters_that_it_has():
    played = [
        node.value
        for node in ast.walk(TREE)
        if isinstance(node, ast.Assign) and getattr(node.targets[0], 'id', '') == 'played'
    ]
    names = {ast.literal_eval(key) for key in played[0].keys}
    assert names <= {setting.name for setting in CAMERA_PARAMETERS}


def test_executables_are_installed():
    executables = {
        keyword.value.value
        for node in ast.walk(TREE)
        if isinstance(node, ast.Call) and getattr(node.func, 'id', '') == 'Node'
        for keyword in node.keywords
        if keyword.arg == 'executable'
    }
    assert executables == {'perception', 'camera', 'rviz2'}
    setup = (ROOT / 'setup.py').read_text(encoding='utf-8')
    assert all(f"'{name} = hydranet_ros.ros." in setup for name in ('perception', 'camera'))


def test_rviz_is_remapped_where_its_topics_are():
    config = yaml.safe_load((ROOT / 'config/perception.rviz').read_text(encoding='utf-8'))
    displays = config['Visualization Manager']['Displays']
    topics = [one['Topic']['Value'] for one in displays if 'Topic' in one]
    assert topics == [f'/{topic}' for topic in constant('SHOWN')]


def test_cameras_take_the_topics_that_the_node_gives_them():
    function = next(node for node in TREE.body if getattr(node, 'name', '') == 'camera_topics')
    module = ast.Module([function], [])
    scope = {}
    exec(compile(module, 'launch', 'exec'), scope)
    topics = dict(scope['camera_topics']('front/image'))
    assert topics['image'] == f'front/{IMAGE}'
    assert topics['camera_info'] == f'front/{CAMERA_INFO}'
    assert dict(scope['camera_topics']('image_raw'))['camera_info'] == 'camera_info'
    assert dict(scope['camera_topics']('a/b', 'c'))['camera_info'] == 'c'
