# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The axes in which a model stores normals, and the optical frame in which we give them."""

import numpy as np

from hydranet_ros.errors import HydranetError


def optical_axes(axes: str | None) -> tuple[np.ndarray, np.ndarray]:
    """Tell how stored channels become x right, y down, z forward (REP 103, optical frame).

    `axes` names the axis of each stored channel, for example 'x z y' or 'x -y z'. Returns the
    stored channel of x, y and z, int64 (3,), and their signs, float32 (3,).
    """
    names = (axes or 'x y z').split()
    if sorted(name.lstrip('-') for name in names) != ['x', 'y', 'z']:
        raise HydranetError(
            f"normals_axes '{axes}' must name x, y and z once each, as in 'x -y z'."
        )
    order = [next(i for i, name in enumerate(names) if name.lstrip('-') == axis) for axis in 'xyz']
    signs = [-1.0 if names[i].startswith('-') else 1.0 for i in order]
    return np.array(order, np.int64), np.array(signs, np.float32)
