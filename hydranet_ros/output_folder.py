# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The folder that a command writes its results to."""

from pathlib import Path
from tempfile import TemporaryFile

from hydranet_ros.errors import HydranetError


def make_output_folder(folder: Path) -> None:
    """Make the folder and those above it; HydranetError where that is not possible."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise HydranetError(f"cannot make the folder '{folder}': {error.strerror}.") from error


def check_folder_writable(folder: Path) -> None:
    """Make the folder; HydranetError now, not after the work, where nothing can be written."""
    make_output_folder(folder)
    try:
        with TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise HydranetError(
            f"cannot write in '{folder}': {error.strerror}. Give a folder of yours."
        ) from error
