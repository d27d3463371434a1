# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Colour pictures of labels, depth and normals, for people; all write into `out` and return it."""

import threading

import cv2
import numpy as np

UNLABELLED = 255


class _Scratch(threading.local):
    """Keep one buffer a thread and use, so that a stream of equal frames allocates nothing."""

    def __init__(self) -> None:
        self._buffers: dict[str, np.ndarray] = {}

    def get(self, use: str, shape: tuple[int, ...], dtype: type) -> np.ndarray:
        buffer = self._buffers.get(use)
        if buffer is None or buffer.shape != shape:
            buffer = self._buffers[use] = np.empty(shape, dtype)
        return buffer


_scratch = _Scratch()


def _depth_palette() -> np.ndarray:
    """Build (256, 3) RGB: Turbo with its warm end at 255 (near); row 0 (no depth) is black.

    Turbo's darkest ends are left out: they could be taken for black.
    """
    ramp = np.linspace(20, 240, 256).astype(np.uint8).reshape(256, 1)
    palette = cv2.applyColorMap(ramp, cv2.COLORMAP_TURBO)[:, 0, ::-1].copy()
    palette[0] = 0
    return palette


DEPTH_PALETTE = _depth_palette()
# As normal maps have it: red to the right, green up, blue to the viewer.
_NORMALS_TO_RGB = np.array([[127.5, 0, 0, 127.5], [0, -127.5, 0, 127.5], [0, 0, -127.5, 127.5]])


def _out(out: np.ndarray | None, height: int, width: int) -> np.ndarray:
    if out is None:
        return np.empty((height, width, 3), np.uint8)
    if out.shape != (height, width, 3) or out.dtype != np.uint8:
        raise ValueError(f'out is {out.dtype} {out.shape}, needed is uint8 {(height, width, 3)}')
    return out


def _paint(index: np.ndarray, palette: np.ndarray, out: np.ndarray) -> np.ndarray:
    cv2.applyColorMap(index, palette.reshape(256, 1, 3), out)
    return out


def color_labels(
    labels: np.ndarray, palette: np.ndarray, out: np.ndarray | None = None
) -> np.ndarray:
    """Paint class ids in their colours.

    labels: uint8 (H, W). palette: uint8 (256, 3) RGB, one row a class id.
    Returns uint8 (H, W, 3) RGB: `out` where it is given.
    """
    return _paint(labels, palette, _out(out, *labels.shape))


def overlay(
    rgb: np.ndarray,
    color: np.ndarray,
    alpha: float,
    labels: np.ndarray | None = None,
    out: np.ndarray | None = None,
) -> np.ndarray:
    """Blend a colour picture over the camera's.

    rgb, color: uint8 (H, W, 3). alpha: 0 (camera only) to 1 (colours only).
    labels: uint8 (H, W); where it is 255 (unlabelled) the camera's pixel stays as it is.
    Returns uint8 (H, W, 3): `out` where it is given; `out` may be `color`, not `rgb`.
    """
    height, width = rgb.shape[:2]
    out = _out(out, height, width)
    cv2.addWeighted(rgb, 1.0 - alpha, color, alpha, 0.0, dst=out)
    if labels is not None:
        mask = _scratch.get('unlabelled', (height, width), np.bool_)
        np.equal(labels, UNLABELLED, out=mask)
        cv2.copyTo(rgb, mask.view(np.uint8), out)
    return out


def color_depth(
    depth: np.ndarray, min_m: float, max_m: float, out: np.ndarray | None = None
) -> np.ndarray:
    """Paint depth over a fixed range, so that a colour means the same distance in every frame.

    depth: float32 (H, W), metres. Near is warm, far is cold; values outside the range take the
    colour of its nearer end, NaN is black. Returns uint8 (H, W, 3) RGB: `out` where it is given.
    """
    if not max_m > min_m:
        raise ValueError(f'the depth range is empty: {min_m} to {max_m} m')
    height, width = depth.shape
    out = _out(out, height, width)
    metres = _scratch.get('metres', (height, width), np.float32)
    index = _scratch.get('index', (height, width), np.uint8)
    step = (max_m - min_m) / 254.0
    np.clip(depth, min_m, max_m, out=metres)
    cv2.patchNaNs(metres, max_m + step)
    cv2.convertScaleAbs(metres, alpha=-1.0 / step, beta=1.0 + max_m / step, dst=index)
    return _paint(index, DEPTH_PALETTE, out)


def color_normals(normals: np.ndarray, out: np.ndarray | None = None) -> np.ndarray:
    """Paint normals as normal maps do: grey for 0, more red to the right, green up, blue near.

    normals: float32 (H, W, 3), unit length, x right, y down, z forward; NaN is black.
    Returns uint8 (H, W, 3) RGB: `out` where it is given.
    """
    out = _out(out, *normals.shape[:2])
    scaled = _scratch.get('normals', normals.shape, np.float32)
    cv2.transform(normals, _NORMALS_TO_RGB, dst=scaled)
    cv2.patchNaNs(scaled, 0.0)
    return cv2.convertScaleAbs(scaled, dst=out)
