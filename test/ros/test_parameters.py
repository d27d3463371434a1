# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The parameter table, config/perception.yaml and the README say the same."""

from dataclasses import fields
import math
from pathlib import Path
import re
import subprocess
import sys

import pytest
import rclpy
from rclpy.node import Node
import yaml

from hydranet_ros.ros.camera_parameter_table import CAMERA_PARAMETERS
from hydranet_ros.ros.camera_parameters import declare as declare_camera
from hydranet_ros.ros.parameter_table import PARAMETERS
from hydranet_ros.ros.parameters import check
from hydranet_ros.ros.parameters import main
from hydranet_ros.ros.parameters import markdown_table
from hydranet_ros.ros.parameters import yaml_text
from hydranet_ros.ros.settings import declare
from test.ros.conftest import enter_next_domain

ROOT = Path(__file__).resolve().parents[2]
DEFAULTS = {one.name: one.default for one in PARAMETERS}


def test_yaml_file_is_the_table():
    assert (ROOT / 'config' / 'perception.yaml').read_text(encoding='utf-8') == yaml_text()


@pytest.mark.parametrize(
    ('name', 'table'), [('parameters', PARAMETERS), ('camera parameters', CAMERA_PARAMETERS)]
)
def test_readme_tables_are_the_tables(name, table):
    text = (ROOT / 'README.md').read_text(encoding='utf-8')
    found = re.search(rf'<!-- {name} -->\n(.*?)<!-- /{name} -->', text, re.DOTALL)
    assert found, f'README.md lacks the markers <!-- {name} --> and <!-- /{name} -->'
    assert found[1] == markdown_table(table)


def test_yaml_parses_to_the_defaults():
    loaded = yaml.safe_load(yaml_text())['/**/perception']['ros__parameters']
    assert {
        name: tuple(one) if isinstance(one, list) else one for name, one in loaded.items()
    } == (DEFAULTS)
    # ROS tells 0 from 0.0: a double written as an integer would be refused at start.
    assert {name: type(one) for name, one in loaded.items() if not isinstance(one, list)} == {
        name: type(one) for name, one in DEFAULTS.items() if not isinstance(one, tuple)
    }


def test_every_parameter_has_one_row_in_the_table():
    rows = markdown_table().splitlines()[2:]
    assert [re.match(r'\| `(\w+)` \|', row)[1] for row in rows] == list(DEFAULTS)
    assert {row.count(' | ') for row in rows} == {4}


def test_settings_hold_the_table():
    from hydranet_ros.ros.settings import Settings

    assert [one.name for one in fields(Settings)] == list(DEFAULTS)


def test_defaults_are_allowed():
    assert check(DEFAULTS) == ''


@pytest.mark.parametrize(
    ('change', 'named'),
    [
        ({'backend': 'tensorflow'}, 'onnxruntime'),
        ({'precision': 'int4'}, 'fp32'),
        ({'overlay_alpha': 1.5}, '0 to 1'),
        ({'overlay_alpha': math.nan}, 'finite'),
        ({'input_scale': 0.0}, '0.1 to 2'),
        ({'input_size': (480,)}, '[height, width]'),
        ({'input_size': (0, 640)}, '[height, width]'),
        ({'input_size': (8192, 8193)}, 'at most 67108864 px in all'),
        ({'input_size': None}, 'integer array'),
        ({'threads': -1}, 'threads'),
        ({'model': ''}, 'hydranet models'),
        ({'depth_color_min': 5.0}, 'depth_color_max'),
        ({'depth_color_min': 5.0, 'depth_color_max': 5.0}, 'below'),
        ({'max_rate': -1.0}, 'max_rate'),
    ],
)
def test_what_cannot_be_is_named(change, named):
    assert named in check(DEFAULTS | change)


def test_half_of_a_table_is_checked_for_what_is_there():
    assert check({'depth_color_min': 5.0}) == ''
    assert check({'input_size': [480, 640]}) == ''


@pytest.mark.parametrize(
    ('name', 'quality'),
    [('/perception', 33), ('/robot/front/perception', 33), ('/camera', 95), ('/camera_front', 95)],
)
def test_the_file_is_for_perception_alone(tmp_path, name, quality):
    """As the launch file gives it to both nodes, which share the name of one parameter."""
    path = tmp_path / 'perception.yaml'
    path.write_text(yaml_text().replace('jpeg_quality: 80', 'jpeg_quality: 33'), encoding='utf-8')
    enter_next_domain()
    context = rclpy.Context()
    context.init(args=['--ros-args', '--params-file', str(path)])
    namespace, _, own = name.rpartition('/')
    node = Node(own, namespace=namespace, context=context)
    try:
        settings = declare(node) if own == 'perception' else declare_camera(node)
        assert settings.jpeg_quality == quality
    finally:
        node.destroy_node()
        context.shutdown()


@pytest.mark.parametrize(
    ('name', 'text'), [('yaml', yaml_text()), ('camera', markdown_table(CAMERA_PARAMETERS))]
)
def test_texts_need_no_ros(name, text):
    code = (
        'import sys; sys.modules["rclpy"] = None; sys.modules["rcl_interfaces"] = None\n'
        f'from hydranet_ros.ros.parameters import main; sys.exit(main(["{name}"]))'
    )
    done = subprocess.run(
        [sys.executable, '-c', code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, text), done.stderr


def test_unknown_text_is_refused(capsys):
    assert main(['json']) == 2
    assert 'yaml|markdown' in capsys.readouterr().err
