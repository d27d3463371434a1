# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Where the models, the configuration and the cache lie, and which model is the default."""

from collections.abc import Iterator
import os
from pathlib import Path

from hydranet_ros.errors import HydranetError

DEFAULT_MODEL = 'street'
PACKAGE = Path(__file__).resolve().parent
SHARE = Path('share') / PACKAGE.name
AMENT_MARKER = Path('share/ament_index/resource_index/packages') / PACKAGE.name


def models_dir() -> Path:
    """Return the folder of model cards; HydranetError where the installation has none."""
    return _find('models')


def config_dir() -> Path:
    """Return the folder of configuration files; HydranetError where there is none."""
    return _find('config')


def cache_dir() -> Path:
    """Return the folder for downloads and engines (HYDRANET_CACHE), created on demand."""
    chosen = os.environ.get('HYDRANET_CACHE') or '~/.cache/hydranet_ros'
    try:
        folder = Path(chosen).expanduser().absolute()
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, RuntimeError) as error:
        raise HydranetError(
            f'The cache folder {chosen} cannot be made ({error}). '
            'Set HYDRANET_CACHE to a folder that you may write to.'
        ) from error
    return folder


def _find(name: str) -> Path:
    places = list(_places(name))
    for place in places:
        if place.is_dir():
            return place
    looked_at = ', '.join(map(str, dict.fromkeys(places)))
    raise HydranetError(
        f'The folder {name!r} of hydranet_ros is missing. Looked at: {looked_at}. '
        'Install the package again, or source the workspace that it was built in.'
    )


def _places(name: str) -> Iterator[Path]:
    """Give the candidates: source tree, ament prefixes, then the prefix of the installation."""
    root = PACKAGE.parent
    if (root / 'setup.py').is_file() and (root / 'package.xml').is_file():
        yield root / name
    for prefix in filter(None, os.environ.get('AMENT_PREFIX_PATH', '').split(os.pathsep)):
        if (Path(prefix) / AMENT_MARKER).is_file():
            yield Path(prefix) / SHARE / name
    # site-packages lies below the prefix whatever the scheme: venv, --user, --prefix, --target.
    for prefix_of_package in list(PACKAGE.parents)[:5]:
        yield prefix_of_package / SHARE / name
