# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
from pathlib import Path
import re
import sys

from setuptools import find_packages
from setuptools import setup

NAME = 'hydranet_ros'
ROOT = Path(__file__).resolve().parent
SHARE = f'share/{NAME}'

COMMAND = ['hydranet = hydranet_ros.commands:main']
NODES = [
    'perception = hydranet_ros.ros.node:main',
    'camera = hydranet_ros.ros.camera:main',
]
# colcon calls `install` or `develop`, whose scripts setup.cfg sends to lib/hydranet_ros, where
# `ros2 run` looks. pip would put them all on the PATH, so there only `hydranet` is a console
# script, and the wheel carries small wrappers for lib/hydranet_ros.
BY_COLCON = not {'install', 'develop'}.isdisjoint(sys.argv[1:])

# 1.18 is the first to read the model files' IR version 10.
CPU = ['onnxruntime>=1.18', 'openvino>=2024.0']
TORCH = ['torch']
# torch comes first, as its site says for the machine: lightning would take any.
TRAIN = ['lightning>=2.6', 'tensorboard>=2.16', 'ai-edge-litert>=1.3']
# The first release that was tried.
VIEW = ['rerun-sdk>=0.39']
# Further encoders for Light-Weight RefineNet.
TIMM = ['timm>=1.0']
BAGS = ['rosbags>=0.11', 'mcap>=1.2.1']


def version():
    text = (ROOT / NAME / '__init__.py').read_text(encoding='utf-8')
    return re.search(r"^__version__ = '(.+)'$", text, re.MULTILINE).group(1)


def ros(rclpy, rmw, messages, lifecycle):
    """Name the wheels of one ROS distribution; rclpy alone finds no middleware."""
    only = '; platform_machine == "x86_64"'
    return [
        f'ros-rclpy=={rclpy}{only}',
        f'ros-rmw-fastrtps-cpp=={rmw}{only}',
        *(f'ros-{name}-msgs=={messages}{only}' for name in ('sensor', 'std', 'diagnostic')),
        f'ros-lifecycle-msgs=={lifecycle}{only}',
    ]


def resources(folder):
    """Give data_files entries for a folder and all below it, keeping the layout."""
    found = {}
    for path in sorted((ROOT / folder).rglob('*')):
        relative = path.relative_to(ROOT)
        if path.is_file() and not path.name.startswith('.') and '__pycache__' not in path.parts:
            found.setdefault(f'{SHARE}/{relative.parent.as_posix()}', []).append(str(relative))
    return list(found.items())


setup(
    name=NAME,
    version=version(),
    description='Semantic segmentation and depth of a camera frame in one network pass, for ROS 2',
    author='hydranet_ros maintainers',
    maintainer='hydranet_ros maintainers',
    license='Apache-2.0',
    keywords=['ROS', 'segmentation', 'depth', 'perception'],
    classifiers=[
        'Intended Audience :: Developers',
        'Operating System :: POSIX :: Linux',
        'Programming Language :: Python :: 3',
        *(f'Programming Language :: Python :: 3.{minor}' for minor in range(10, 15)),
        'Topic :: Scientific/Engineering :: Image Recognition',
    ],
    python_requires='>=3.10',
    packages=find_packages(include=[NAME, f'{NAME}.*']),
    data_files=[
        ('share/ament_index/resource_index/packages', [f'resource/{NAME}']),
        (SHARE, ['package.xml']),
        *resources('launch'),
        *resources('config'),
        *resources('models'),
        *([] if BY_COLCON else [(f'lib/{NAME}', sorted(map(str, Path('scripts').iterdir())))]),
    ],
    zip_safe=False,
    package_data={f'{NAME}.deploy.tensorrt': ['*.json']},
    install_requires=[
        'setuptools',
        'numpy>=1.21',
        'onnx>=1.17',
        'onnx-ir>=0.1.13',
        'onnxscript>=0.5.4',
        'pyyaml>=5.4',
        'requests>=2.25',
        'tqdm>=4.57',
    ],
    extras_require={
        'cpu': CPU,
        'torch': TORCH,
        'train': TRAIN,
        'view': VIEW,
        'timm': TIMM,
        'bags': BAGS,
        'ros-jazzy': ros('7.1.6', '8.4.3', '5.3.6', '2.0.3'),
        'ros-kilted': ros('9.1.2', '9.3.3', '5.5.1', '2.3.0'),
        'test': [
            'pytest<9',
            'pytest-timeout',
            'hypothesis',
            *BAGS,
            *VIEW,
            'cyclonedds; platform_machine == "x86_64" and python_version < "3.14"',
            'torchmetrics',
            'ruff',
            'mypy',
            'types-PyYAML',
            'types-requests',
            'types-tqdm',
        ],
    },
    entry_points={'console_scripts': COMMAND + (NODES if BY_COLCON else [])},
)
