# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Trainings small enough for tests: a folder with labels, a folder with depth, a few steps."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from contextlib import contextmanager
import os
from pathlib import Path
import signal
import subprocess
import sys
import time
from typing import Any

import cv2
import numpy as np
import pytest
import torch
import yaml

from hydranet_ros.training.recipe import load_recipe
from hydranet_ros.training.recipe_types import Recipe

DEADLINE_S = 240
SIZE = (48, 64)
CLASSES = [{'name': 'dark', 'color': [0, 0, 0]}, {'name': 'light', 'color': [255, 255, 255]}]
RECIPE: dict[str, Any] = {
    'name': 'small',
    'tasks': ['semantic', 'depth'],
    'classes': CLASSES,
    'depth': {'min_m': 0.0, 'max_m': 10.0, 'metric': True, 'focal_length_px': 50.0},
    'streams': [
        {
            'crop': [32, 48],
            'scale': [0.8, 1.2],
            'colour': 0.3,
            'data': [
                {'set': 'folder:labelled', 'batch': 2},
                {'set': 'folder:measured', 'batch': 1},
            ],
        }
    ],
    'validation': [{'set': 'folder:labelled'}, {'set': 'folder:measured', 'batch': 2}],
    'select': 'mIoU',
    'optimiser': {'lr_encoder': 0.001, 'lr_decoder': 0.01},
    'epochs': 3,
    'steps_per_epoch': 3,
    'ema': 0.9,
    'accelerator': 'cpu',
    'workers': 0,
    'seed': 3,
}


@pytest.fixture(scope='module', autouse=True)
def one_thread() -> Iterator[None]:
    """Sum in one order here and in the processes that are started."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope='module')
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_data(tmp_path_factory.mktemp('data'))


def write_data(folder: Path, images: int = 5) -> Path:
    """Write folder/labelled and folder/measured: the lighter half is nearer, or class 1."""
    rng = np.random.default_rng(0)
    for name in ('labelled', 'measured'):
        kind = 'labels' if name == 'labelled' else 'depth'
        for place in ('rgb', kind):
            (folder / name / place).mkdir(parents=True)
        for index in range(images):
            light = np.add.outer(np.zeros(SIZE[0]), np.arange(SIZE[1])) > rng.integers(16, 48)
            rgb = np.where(light, 200, 60)[..., None] + rng.integers(0, 30, (*SIZE, 3))
            cv2.imwrite(str(folder / name / 'rgb' / f'{index}.png'), rgb.astype(np.uint8))
            truth = light.astype(np.uint8) if kind == 'labels' else _depth(light)
            cv2.imwrite(str(folder / name / kind / f'{index}.png'), truth)
    (folder / 'labelled' / 'dataset.yaml').write_text(yaml.safe_dump({'classes': CLASSES}))
    description = {'depth_scale': 1000, 'fx': 50.0}
    (folder / 'measured' / 'dataset.yaml').write_text(yaml.safe_dump(description))
    return folder


def write_recipe(path: Path, **changes: Any) -> Path:
    """Write the small recipe with some keys changed."""
    path.write_text(yaml.safe_dump(RECIPE | changes))
    return path


def recipe(folder: Path, **changes: Any) -> Recipe:
    """Read the small recipe with some keys changed."""
    return load_recipe(write_recipe(folder / 'recipe.yaml', **changes))


def checkpoint(out: Path, name: str = 'last.ckpt') -> dict[str, Any]:
    """Read a checkpoint of a run."""
    content = torch.load(out / name, weights_only=True)
    assert isinstance(content, dict)
    return content


def started(path: Path, data: Path, out: Path) -> AbstractContextManager[subprocess.Popen[str]]:
    """Train by the command."""
    return running('-m', 'hydranet_ros', 'train', path, '--data', data, '--out', out)


@contextmanager
def running(*arguments: str | Path) -> Iterator[subprocess.Popen[str]]:
    """Run Python in a process group of its own, which is killed at the end."""
    with subprocess.Popen(
        [sys.executable, *map(str, arguments)],
        env=os.environ | {'OMP_NUM_THREADS': '1'},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)


def wait_for(path: Path, process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not path.exists():
        assert process.poll() is None, process.stdout.read() if process.stdout else ''
        assert time.monotonic() < deadline
        time.sleep(0.005)


def _depth(light: np.ndarray) -> np.ndarray:
    return np.where(light, 2000, 6000).astype(np.uint16)
