# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Start the perception node and, on request, a camera to play with and RViz."""

import os

from ament_index_python.packages import get_package_share_directory
from ament_index_python.packages import get_packages_with_prefixes
from launch.actions import DeclareLaunchArgument
from launch.actions import OpaqueFunction
from launch_ros.actions import Node
from launch_ros.parameter_descriptions import ParameterValue

from launch import LaunchContext
from launch import LaunchDescription

PACKAGE = 'hydranet_ros'
SHARE = get_package_share_directory(PACKAGE)
SWITCH = ['true', 'false']
# Arguments that are parameters too: where they stay empty, params_file decides.
PARAMETERS = ('model', 'backend', 'precision', 'image_transport', 'autostart', 'use_sim_time')
# What config/perception.rviz shows.
SHOWN = ('image', 'semantic/overlay', 'depth/color', 'points')

# Name, default, choices, description.
ARGUMENTS = [
    ('model', '', None, 'Model card: a name or the path of a .yaml; empty: as in params_file.'),
    (
        'backend',
        '',
        [
            *('', 'auto', 'tensorrt', 'torch2trt', 'torch', 'openvino', 'onnxruntime'),
            *('onnxruntime-cuda', 'onnxruntime-tensorrt'),
        ],
        'What runs the network; empty: as in params_file.',
    ),
    (
        'precision',
        '',
        ['', 'auto', 'fp32', 'fp16', 'bf16', 'int8'],
        'Arithmetic of the network; empty: as in params_file.',
    ),
    (
        'image_transport',
        '',
        ['', 'raw', 'compressed'],
        'Which images to read: raw ones, or compressed ones on IMAGE/compressed; empty: as in '
        'params_file.',
    ),
    ('image', 'image', None, 'Image topic of the camera; compressed ones: IMAGE/compressed.'),
    ('camera_info', '', None, 'CameraInfo topic; empty: camera_info beside the image topic.'),
    (
        'cameras',
        '',
        None,
        'Names of several cameras, as front,rear: NAME/image and NAME/camera_info are their '
        'topics, in place of image and camera_info; empty: one camera.',
    ),
    (
        'source',
        'none',
        None,
        'What our camera node plays as the image topic: a folder, a video, a device (/dev/video0) '
        'or street, which is drawn; none: there is a camera.',
    ),
    ('params_file', f'{SHARE}/config/perception.yaml', None, 'Parameters of the nodes (YAML).'),
    ('namespace', '', None, 'Namespace of all nodes.'),
    ('rviz', 'auto', ['auto', *SWITCH], 'Start RViz; auto: where rviz2 and a display are.'),
    (
        'autostart',
        '',
        ['', *SWITCH],
        'Configure and activate at start; false: a lifecycle manager does; empty: as in '
        'params_file.',
    ),
    (
        'use_sim_time',
        '',
        ['', *SWITCH],
        'Take the time from /clock (ros2 bag play --clock); empty: as in params_file.',
    ),
    (
        'log_level',
        'info',
        ['debug', 'info', 'warn', 'error', 'fatal'],
        'Least severe level that the nodes log.',
    ),
]


def wants_rviz(choice: str) -> bool:
    """Return whether to start RViz; RuntimeError where it is asked for and missing."""
    installed = 'rviz2' in get_packages_with_prefixes()
    if choice == 'true' and not installed:
        # Raised before any node runs: launch would leave the others behind.
        raise RuntimeError('rviz:=true needs RViz: install ros-$ROS_DISTRO-rviz2.')
    display = os.environ.get('DISPLAY') or os.environ.get('WAYLAND_DISPLAY')
    return choice == 'true' or (choice == 'auto' and installed and bool(display))


def camera_topics(image: str, camera_info: str = '') -> list[tuple[str, str]]:
    """Return the remaps of a camera's topics; camera_info is beside the image by default."""
    beside = ''.join(image.rpartition('/')[:2]) + 'camera_info'
    return [
        ('image', image),
        ('image/compressed', f'{image}/compressed'),
        ('camera_info', camera_info or beside),
    ]


def nodes(context: LaunchContext) -> list[Node]:
    """Return the nodes to start, now that the arguments have their values."""
    given = context.launch_configurations
    cameras = [name.strip() for name in given['cameras'].split(',') if name.strip()]
    only_camera = camera_topics(given['image'], given['camera_info'])
    common = {
        'namespace': given['namespace'],
        'ros_arguments': ['--log-level', given['log_level']],
        'output': 'screen',
        'emulate_tty': True,
    }
    chosen = {
        name: value == 'true' if value in SWITCH else ParameterValue(value, value_type=str)
        for name in PARAMETERS
        if (value := given[name])
    }
    clock = {name: value for name, value in chosen.items() if name == 'use_sim_time'}
    started = [
        Node(
            package=PACKAGE,
            executable='perception',
            name='perception',
            parameters=[given['params_file'], chosen | ({'cameras': cameras} if cameras else {})],
            remappings=[] if cameras else only_camera,
            **common,
        )
    ]
    if given['source'] != 'none':
        played = {'source': ParameterValue(given['source'], value_type=str), 'loop': True}
        started += [
            Node(
                package=PACKAGE,
                executable='camera',
                name=f'camera_{name}' if name else 'camera',
                parameters=[given['params_file'], played | clock],
                remappings=camera_topics(f'{name}/image') if name else only_camera,
                **common,
            )
            for name in cameras or ['']
        ]
    if wants_rviz(given['rviz']):
        topic_of = {topic: '/'.join([*cameras[:1], topic]) for topic in SHOWN}
        if not cameras:
            topic_of['image'] = given['image']
        started.append(
            Node(
                package='rviz2',
                executable='rviz2',
                arguments=['-d', os.path.join(SHARE, 'config', 'perception.rviz')],
                parameters=[clock],
                remappings=[(f'/{topic}', topic_of[topic]) for topic in SHOWN],
                **common,
            )
        )
    return started


def generate_launch_description() -> LaunchDescription:
    """Declare the arguments and start the nodes."""
    declared = [
        DeclareLaunchArgument(name, default_value=default, choices=choices, description=text)
        for name, default, choices, text in ARGUMENTS
    ]
    return LaunchDescription([*declared, OpaqueFunction(function=nodes)])
