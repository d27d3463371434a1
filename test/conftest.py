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
