# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""From depth and a camera's lens to points: one for each pixel, in the rows of the image."""

import numpy as np
import numpy.typing as npt

from hydranet_ros.camera_model import CameraModel
from hydranet_ros.rendering import UNLABELLED

# rgb is 0x00RRGGBB in what PCL declares a float: with 0xff for the highest byte it would be NaN,
# and readers that skip NaN would skip the point.
POINT = np.dtype(
    {
        'names': ['x', 'y', 'z', 'rgb', 'label', 'confidence'],
        'formats': ['<f4', '<f4', '<f4', '<u4', 'u1', 'u1'],
        'offsets': [0, 4, 8, 12, 16, 17],
        'itemsize': 20,
    }
)
# Name, offset, and datatype as sensor_msgs/PointField numbers it; PCL reads rgb as a float.
_UINT8, _FLOAT32 = 2, 7
POINT_FIELDS = (
    ('x', 0, _FLOAT32),
    ('y', 4, _FLOAT32),
    ('z', 8, _FLOAT32),
    ('rgb', 12, _FLOAT32),
    ('label', 16, _UINT8),
    ('confidence', 17, _UINT8),
)
_COLOR_BYTES = np.dtype(
    {
        'names': ['b', 'g', 'r', 'zero'],
        'formats': ['u1', 'u1', 'u1', 'u1'],
        'offsets': [12, 13, 14, 15],
        'itemsize': 20,
    }
)


def cloud_size(height: int, width: int, stride: int) -> tuple[int, int]:
    """Return (h, w) of the cloud of an image: every stride-th pixel of every stride-th row."""
    return -(-height // stride), -(-width // stride)


class CloudWriter:
    """Write clouds into arrays of the caller's; keeps the rays of the last camera and stride."""

    def __init__(self) -> None:
        self._lens: tuple[CameraModel, int] | None = None
        self._rays = np.empty((2, 0, 0), np.float32)
        self._blind: npt.NDArray[np.bool_] | None = None

    def write(
        self,
        out: np.ndarray,
        camera: CameraModel,
        rgb: npt.NDArray[np.uint8],
        depth: npt.NDArray[np.float32],
        labels: npt.NDArray[np.uint8] | None = None,
        confidence: npt.NDArray[np.uint8] | None = None,
        stride: int = 1,
    ) -> np.ndarray:
        """Fill `out`, POINT (h, w) of cloud_size, and return it.

        x, y, z are metres in the optical frame (REP 103: x right, y down, z forward), NaN where
        depth is, or where the lens gives no ray. rgb: uint8 (H, W, 3). depth: float32 (H, W),
        metres along the optical axis. labels, confidence: uint8 (H, W), or None for a model
        without classes: label is 255 then, confidence 0. ValueError where sizes disagree.
        """
        seen = (camera.intrinsics.height, camera.intrinsics.width)
        if not seen == rgb.shape[:2] == depth.shape:
            raise ValueError(f'camera {seen}, rgb {rgb.shape}, depth {depth.shape}')
        if out.shape != cloud_size(*seen, stride) or out.dtype != POINT:
            raise ValueError(f'out is {out.dtype} {out.shape}')
        self._follow(camera, stride)
        every = np.s_[::stride, ::stride]
        np.copyto(out['z'], depth[every])
        if self._blind is not None:
            np.copyto(out['z'], np.nan, where=self._blind)
        np.multiply(out['z'], self._rays[0], out=out['x'])
        np.multiply(out['z'], self._rays[1], out=out['y'])
        color, thinned = out.view(_COLOR_BYTES), rgb[every]
        for channel, name in enumerate('rgb'):
            color[name] = thinned[..., channel]
        color['zero'] = 0
        out['label'] = UNLABELLED if labels is None else labels[every]
        out['confidence'] = 0 if confidence is None else confidence[every]
        return out

    def _follow(self, camera: CameraModel, stride: int) -> None:
        if (camera, stride) != self._lens:
            self._lens = (camera, stride)
            self._rays = camera.rays(stride)
            blind: npt.NDArray[np.bool_] = np.any(np.isnan(self._rays), axis=0)
            self._blind = blind if blind.any() else None
