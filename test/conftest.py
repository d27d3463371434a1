# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""What every test may use: the golden outputs and, where it is present, the shared data folder."""

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope='session')
def golden_dir() -> Path:
    return ROOT / 'test' / 'golden'


@pytest.fixture(scope='session')
def shared() -> Path:
    folder = ROOT.parent / 'shared' / 'data'
    if not folder.is_dir():
        pytest.skip('the folder with real images (../shared/data) is not on this machine')
    return folder


@pytest.fixture(scope='session')
def golden_model_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The model file of the network with 40 classes, depth and normals, golden weights."""
    from hydranet_ros.zoo.import_model_file import export_model_file  # needs torch
    from test.golden.networks import golden_network

    path = tmp_path_factory.mktemp('models') / 'nyud_normals.onnx'
    return export_model_file(golden_network('multitask_nyud_normals'), path, name='nyud_normals')


@pytest.fixture(autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the user's cache out of the tests."""
    monkeypatch.setenv('HYDRANET_CACHE', str(tmp_path_factory.getbasetemp() / 'cache'))
