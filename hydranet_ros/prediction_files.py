# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The files that one frame's prediction is kept in."""

from __future__ import annotations

from dataclasses import astuple
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from hydranet_ros.atomic_file import write_atomically
from hydranet_ros.errors import HydranetError

if TYPE_CHECKING:
    from hydranet_ros.perception import Prediction

WRITTEN = ('labels', 'depth', 'normals')  # what is kept of a prediction
MILLIMETRES_MAX = 65535


@dataclass(frozen=True)
class PredictionFiles:
    """Name what is written for one frame."""

    labels: Path
    depth: Path
    depth_png: Path
    normals: Path
    picture: Path

    @classmethod
    def of(cls, folder: Path, name: str) -> PredictionFiles:
        """Return the files of a frame's name."""
        ends = ('labels.png', 'depth.npy', 'depth.png', 'normals.npy', 'picture.png')
        return cls(*(folder / f'{name}_{end}' for end in ends))

    def existing(self) -> list[Path]:
        """Return those that are there already."""
        return [path for path in astuple(self) if path.exists()]

    def write(self, prediction: Prediction, picture: np.ndarray) -> int:
        """Write what the prediction has, and its picture, uint8 (H, W, 3) RGB.

        Returns the number of pixels too far for the 16-bit PNG. HydranetError names a file that
        cannot be written.
        """
        too_far = 0
        if prediction.labels is not None:
            save_png(self.labels, prediction.labels)
        if prediction.depth is not None:
            _save_npy(self.depth, prediction.depth)
            millimetres, too_far = to_millimetres(prediction.depth)
            save_png(self.depth_png, millimetres)
        if prediction.normals is not None:
            _save_npy(self.normals, prediction.normals)
        save_png(self.picture, picture[..., ::-1])
        return too_far


def to_millimetres(depth: np.ndarray) -> tuple[np.ndarray, int]:
    """Turn metres, float32 (H, W), into 16-bit millimetres and count the pixels too far for it.

    0 stands for no depth (NaN, or not above 0), 65535 for all beyond 65.535 m.
    """
    scaled = np.rint(depth * np.float32(1000.0))
    valid = scaled > 0
    far = int(np.count_nonzero(scaled > MILLIMETRES_MAX))
    clipped = np.where(valid, np.minimum(scaled, MILLIMETRES_MAX), 0)
    return clipped.astype(np.uint16), far


def _save_npy(path: Path, array: np.ndarray) -> None:
    buffer = BytesIO()
    np.save(buffer, array)
    _save(path, buffer.getvalue())


def save_png(path: Path, image: np.ndarray) -> None:
    """Write an image as OpenCV has it (BGR), atomically; HydranetError where that fails."""
    _save(path, cv2.imencode('.png', image)[1].tobytes())


def _save(path: Path, data: bytes) -> None:
    try:
        write_atomically(path, data)
    except OSError as error:
        raise HydranetError(f"cannot write '{path}': {error}.") from error
