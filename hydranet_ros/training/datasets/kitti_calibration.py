# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The focal length from KITTI's calibration files."""

from pathlib import Path
import re

from hydranet_ros.errors import HydranetError
from hydranet_ros.training.datasets.lens import Lens

_ROW = re.compile(r'^(?:P2|P_rect_02):?\s+(\S+)', re.MULTILINE)


def read_lens(folder: Path) -> Lens | None:
    """Return the left colour camera's, from calib*.txt in the folder or the one above it.

    None where there is no such file; HydranetError for one that says nothing, or for several
    that say different things.
    """
    for place in (folder, folder.resolve().parent):
        found = {path: _fx_of(path) for path in sorted(place.glob('calib*cam_to_cam.txt'))}
        found = found or {path: _fx_of(path) for path in sorted(place.glob('calib*.txt'))}
        if len(set(found.values())) > 1:
            raise HydranetError(
                f'{", ".join(map(str, found))} hold different focal lengths. Leave only the one '
                f"that belongs to '{folder}'."
            )
        if found:
            return Lens(next(iter(found.values())))
    return None


def _fx_of(path: Path) -> float:
    try:
        match = _ROW.search(path.read_text(encoding='utf-8'))
        fx = float(match[1]) if match else 0.0
    except (OSError, ValueError) as error:
        raise HydranetError(f"cannot read the calibration '{path}': {error}.") from error
    if not fx > 0:
        raise HydranetError(
            f"the calibration '{path}' has no row P2 or P_rect_02 that begins with a focal "
            'length. Correct it or take it away.'
        )
    return fx
