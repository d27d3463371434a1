# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The interpreter and the packages beside it."""

from collections.abc import Iterator
from importlib.metadata import distributions
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version
import importlib.util
import sys

from hydranet_ros import __version__
from hydranet_ros.doctor.finding import Finding
from hydranet_ros.doctor.finding import ok
from hydranet_ros.doctor.finding import problem
from hydranet_ros.doctor.finding import warning

OLDEST, NEWEST = (3, 10), (3, 14)
_NEEDED = ('numpy', 'cv2', 'onnx', 'onnxscript', 'yaml', 'requests', 'tqdm')
_PACKAGES = {'cv2': 'opencv-python-headless', 'yaml': 'pyyaml'}
_SETUPTOOLS_OF_COLCON = 80


def check() -> Iterator[Finding]:
    """Look at the version, at what is needed, and at what is there twice."""
    here = sys.version_info[:2]
    text = f'{sys.version.split()[0]} at {sys.executable}, hydranet_ros {__version__}'
    if OLDEST <= here <= NEWEST:
        yield ok('Python', text)
    else:
        yield problem('Python', text, 'Use Python 3.10 to 3.14; others are not tested.')
    missing = [name for name in _NEEDED if importlib.util.find_spec(name) is None]
    names = ' '.join(_PACKAGES.get(name, name) for name in missing)
    if missing:
        yield problem('packages', f'{names} missing', f'pip install {names}')
    yield from _opencv()
    yield from _setuptools()


def _opencv() -> Iterator[Finding]:
    """Tell where several builds of OpenCV write into the same folder."""
    found = {
        name
        for one in distributions()
        if (name := str(one.metadata['Name'] or '').lower()).startswith('opencv-')
    }
    if len(found) > 1:
        names = ' and '.join(sorted(found))
        yield warning(
            'OpenCV',
            f'{names} overwrite each other',
            f'pip uninstall {" ".join(sorted(found))}, then install one of them.',
        )


def _setuptools() -> Iterator[Finding]:
    if importlib.util.find_spec('colcon_core') is None:
        return
    try:
        found = version('setuptools')
    except PackageNotFoundError:
        return
    if int(found.partition('.')[0]) >= _SETUPTOOLS_OF_COLCON:
        yield warning(
            'setuptools',
            f'{found} breaks colcon build --symlink-install',
            "pip install 'setuptools<80'",
        )
