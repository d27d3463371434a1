# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Camera intrinsics from the YAML file that ROS's camera calibration writes."""

import math
import os
from pathlib import Path
from typing import Any

from hydranet_ros.errors import HydranetError
from hydranet_ros.plain_yaml import read_plain_yaml
from hydranet_ros.sources.frame import Intrinsics


def read_calibration(path: str | Path) -> Intrinsics:
    """Read a calibration YAML (camera_info format: image_width, image_height, camera_matrix).

    Takes the projection_matrix of the rectified picture where the file has one, else the
    camera_matrix. HydranetError names the file and what it lacks.
    """
    path = Path(os.path.expanduser(path))
    try:
        content = read_plain_yaml(path)
    except ValueError as error:
        raise HydranetError(f"cannot read the calibration '{path}': {error}") from error
    try:
        fx, fy, cx, cy = _focal_and_centre(content)
        width, height = int(content['image_width']), int(content['image_height'])
    except (LookupError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise HydranetError(
            f"'{path}' is no camera calibration: it needs image_width, image_height and "
            'camera_matrix: {rows: 3, cols: 3, data: [9 numbers]}.'
        ) from error
    if not all(map(math.isfinite, (fx, fy, cx, cy))) or min(fx, fy, width, height) <= 0:
        raise HydranetError(
            f"the calibration '{path}' says that the camera is not calibrated "
            f'(fx {fx}, fy {fy}, {width}x{height}).'
        )
    return Intrinsics(fx, fy, cx, cy, width, height)


def _focal_and_centre(content: dict[str, Any]) -> tuple[float, float, float, float]:
    projection = content.get('projection_matrix')
    if projection is not None and float(projection['data'][0]) > 0:
        p = [float(value) for value in projection['data']]
        if len(p) != 12:
            raise ValueError('projection_matrix')
        return p[0], p[5], p[2], p[6]
    k = [float(value) for value in content['camera_matrix']['data']]
    if len(k) != 9:
        raise ValueError('camera_matrix')
    return k[0], k[4], k[2], k[5]
