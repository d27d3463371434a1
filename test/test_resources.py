# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Resources in the source tree and in an ament prefix; test_package.py has the wheel."""

from pathlib import Path

import pytest

from hydranet_ros import HydranetError
from hydranet_ros import resources

from .conftest import ROOT


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the prefix of an installation whose package lies in site-packages."""
    package = tmp_path / 'lib' / 'python3.11' / 'site-packages' / 'hydranet_ros'
    package.mkdir(parents=True)
    monkeypatch.setattr(resources, 'PACKAGE', package)
    monkeypatch.delenv('AMENT_PREFIX_PATH', raising=False)
    return tmp_path


def test_source_tree_comes_first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    make_ament_prefix(tmp_path)
    monkeypatch.setenv('AMENT_PREFIX_PATH', str(tmp_path))
    assert resources.models_dir() == ROOT / 'models'
    assert resources.config_dir() == ROOT / 'config'


def test_ament_prefix_comes_before_the_installation(
    installed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    overlay = installed / 'overlay'
    make_ament_prefix(overlay)
    make_ament_prefix(installed)
    monkeypatch.setenv('AMENT_PREFIX_PATH', f'{installed / "absent"}:{overlay}')
    assert resources.models_dir() == overlay / 'share' / 'hydranet_ros' / 'models'


def test_prefix_without_the_marker_is_passed_over(
    installed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = installed / 'other'
    (other / 'share' / 'hydranet_ros' / 'models').mkdir(parents=True)
    make_ament_prefix(installed)
    monkeypatch.setenv('AMENT_PREFIX_PATH', str(other))
    assert resources.models_dir() == installed / 'share' / 'hydranet_ros' / 'models'


def test_missing_folder_names_the_places(installed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    prefix = installed / 'overlay'
    make_ament_prefix(prefix)
    monkeypatch.setenv('AMENT_PREFIX_PATH', str(prefix))
    with pytest.raises(HydranetError) as caught:
        resources.config_dir()
    assert str(prefix / 'share' / 'hydranet_ros' / 'config') in str(caught.value)
    assert str(installed / 'share' / 'hydranet_ros' / 'config') in str(caught.value)


def test_cache_folder_is_made_where_asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv('HYDRANET_CACHE', str(tmp_path / 'a' / 'b'))
    assert resources.cache_dir() == tmp_path / 'a' / 'b'
    assert (tmp_path / 'a' / 'b').is_dir()


def test_cache_folder_defaults_to_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv('HYDRANET_CACHE', raising=False)
    monkeypatch.setenv('HOME', str(tmp_path))
    assert resources.cache_dir() == tmp_path / '.cache' / 'hydranet_ros'


def test_cache_folder_that_cannot_be_made(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / 'file').touch()
    monkeypatch.setenv('HYDRANET_CACHE', str(tmp_path / 'file' / 'cache'))
    with pytest.raises(HydranetError, match='HYDRANET_CACHE'):
        resources.cache_dir()


def make_ament_prefix(prefix: Path) -> None:
    """Lay out what colcon installs, as far as the search looks at it."""
    marker = prefix / 'share' / 'ament_index' / 'resource_index' / 'packages' / 'hydranet_ros'
    marker.parent.mkdir(parents=True)
    marker.touch()
    (prefix / 'share' / 'hydranet_ros' / 'models').mkdir(parents=True)
