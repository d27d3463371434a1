# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Who may import what: running a model file needs neither torch nor ROS, layers go one way."""

from pathlib import Path
import re
import subprocess
import sys

import pytest

from .conftest import ROOT
from .source_files import imported_modules

PACKAGE = ROOT / 'hydranet_ros'
FILES = sorted(PACKAGE.rglob('*.py'))

ROS = re.compile(r'(rclpy|launch\w*|cv_bridge|ament_\w+|\w+_msgs|\w+_interfaces)(\.|$)')
TORCH = re.compile(r'(torch|torchvision|torch2trt|lightning\w*|torchmetrics)(\.|$)')
MAY_IMPORT_TORCH = re.compile(
    r'(networks|search|training(?!/datasets/|/distillation/|/__init__))/.*|zoo/import_\w+\.py'
    r'|deploy/(engines/)?torch(2trt)?(_\w+)?\.py|evaluation/torch_baselines\.py'
)
LAYERS = ('networks', 'zoo', 'deploy', 'perception', 'ros')
BESIDE_ZOO = ('sources',)
ABOVE_ALL = ('commands', '__main__')

PREDICT_BARE = """
import sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.split('.')[0] in ('torch', 'rclpy', 'sensor_msgs', 'cv_bridge'):
            raise ModuleNotFoundError(f'{name} is hidden by the test', name=name)

sys.meta_path.insert(0, Absent())

import numpy as np
from hydranet_ros import Perception

rgb = np.random.default_rng(0).integers(0, 256, (96, 160, 3), np.uint8)
with Perception.load('street', backend='onnxruntime') as perception:
    prediction = perception.predict(rgb)
assert prediction.labels.shape == prediction.depth.shape == (96, 160)
assert prediction.labels.max() < len(perception.classes)
assert len(np.unique(prediction.confidence)) > 1
"""


@pytest.mark.parametrize('file', FILES, ids=lambda file: str(file.relative_to(PACKAGE)))
def test_imports(file: Path) -> None:
    name = file.relative_to(PACKAGE).as_posix()
    imported = set(imported_modules(file))
    if not name.startswith('ros/'):
        assert not list(filter(ROS.match, imported)), 'only ros/ imports ROS'
    if not MAY_IMPORT_TORCH.fullmatch(name):
        assert not list(filter(TORCH.match, imported)), f'{name} may not import torch'
    own = {module.split('.')[1] for module in imported if module.startswith('hydranet_ros.')}
    assert not own & forbidden(part_of(file)), f'{name} imports from a layer above'


def test_model_file_runs_without_torch_and_ros() -> None:
    done = subprocess.run(
        [sys.executable, '-c', PREDICT_BARE], capture_output=True, text=True, timeout=240
    )
    assert done.returncode == 0, done.stderr


def part_of(file: Path) -> str:
    """Give the subpackage or the module of the package's top that a file belongs to."""
    return file.relative_to(PACKAGE).with_suffix('').parts[0]


def forbidden(part: str) -> set[str]:
    """Give the parts that a part may not import."""
    if part in ABOVE_ALL:
        return set()
    if part in BESIDE_ZOO:
        return {*LAYERS[2:], *ABOVE_ALL}
    above = LAYERS[LAYERS.index(part) + 1 :] if part in LAYERS else LAYERS[-1:]
    return {*above, *ABOVE_ALL} if part != '__init__' else set()
