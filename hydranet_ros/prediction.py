# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""What a prediction is, and which frames and arrays it is made from and written to."""

from collections.abc import Collection
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import fields
from typing import Any

import numpy as np
import numpy.typing as npt

from hydranet_ros.errors import FrameError
from hydranet_ros.errors import HydranetError


@dataclass
class Prediction:
    """What the network says of one frame of H x W pixels; None where the model lacks the task.

    labels: uint8 (H, W), class ids. depth: float32 (H, W), metres along the optical axis, NaN
    outside what the model was trained for. confidence: uint8 (H, W), 255 x the largest class
    probability.
    normals: float32 (H, W, 3), unit length, x right, y down, z forward, pointing at the camera.
    """

    labels: npt.NDArray[np.uint8] | None = None
    depth: npt.NDArray[np.float32] | None = None
    confidence: npt.NDArray[np.uint8] | None = None
    normals: npt.NDArray[np.float32] | None = None


OUTPUTS = tuple(field.name for field in fields(Prediction))
TASK_OF = {'labels': 'semantic', 'confidence': 'semantic', 'depth': 'depth', 'normals': 'normals'}


def frames_of(rgb: Any) -> tuple[list[Any], bool]:
    """Return the frames of one frame, a batch (N, H, W, 3) or a sequence; whether it is one."""
    single = rgb.ndim != 4 if isinstance(rgb, np.ndarray) else not isinstance(rgb, Sequence)
    return [rgb] if single else list(rgb), single


def common_size(frames: Sequence[np.ndarray]) -> tuple[int, int]:
    """Return the (height, width) of all frames; FrameError for what are no frames of one size."""
    if not frames:
        raise FrameError('The batch is empty; give at least one frame.')
    for frame in frames:
        if not isinstance(frame, np.ndarray) or frame.dtype != np.uint8:
            kind = getattr(frame, 'dtype', type(frame).__name__)
            raise FrameError(f'A frame must be a uint8 array (H, W, 3) in RGB, not {kind}.')
        if frame.ndim != 3 or frame.shape[2] != 3:
            raise FrameError(f'A frame must have the shape (H, W, 3), not {frame.shape}.')
        if frame.shape != frames[0].shape:
            raise FrameError(
                f'The frames of a batch must have one size, not {frames[0].shape} and '
                f'{frame.shape}.'
            )
    height, width = frames[0].shape[:2]
    if not height or not width:
        raise FrameError(f'A frame of {width}x{height} pixels is empty.')
    return height, width


def numbers_above_zero(name: str, value: Any, count: int) -> npt.NDArray[np.float32]:
    """Return a number a frame, float32 (count,), of one or of one each; FrameError else."""
    try:
        numbers = np.asarray(value, np.float32)
    except (TypeError, ValueError):
        numbers = np.asarray(np.nan, np.float32)
    usable = bool(np.all(np.isfinite(numbers) & (numbers > 0)))
    if numbers.shape not in ((), (count,)) or not usable:
        raise FrameError(
            f'{name} must be a number above 0, or one for each of {count} frames, not {value}.'
        )
    return np.broadcast_to(numbers, count)


def arrays_of(
    out: Prediction | Sequence[Prediction] | None, count: int, height: int, width: int
) -> list[dict[str, np.ndarray]] | None:
    """Return the arrays to write into by name, for each of `count` frames; None for none.

    FrameError where they do not fit the frames.
    """
    if out is None:
        return None
    targets = [out] if isinstance(out, Prediction) else out
    if len(targets) != count:
        raise FrameError(f'out has {len(targets)} Predictions for {count} frames.')
    return [_arrays_of_one(target, height, width) for target in targets]


def outputs_wanted(
    wanted: Collection[str] | None, outputs: Collection[str], model: str
) -> Collection[str]:
    """Return the names of `outputs` that are wanted, all for None; HydranetError for others."""
    if wanted is None:
        return outputs
    for name in wanted:
        if name not in outputs:
            raise HydranetError(
                f"Model {model} has no output '{name}'; it has: {', '.join(outputs)}."
            )
    return wanted


def _arrays_of_one(target: Prediction, height: int, width: int) -> dict[str, np.ndarray]:
    arrays = {}
    for name in OUTPUTS:
        array = getattr(target, name)
        if array is None:
            continue
        shape = (height, width, 3) if name == 'normals' else (height, width)
        dtype = np.uint8 if name in ('labels', 'confidence') else np.float32
        kind = getattr(array, 'dtype', type(array).__name__)
        if kind != dtype or array.shape != shape or not array.flags.carray:
            raise FrameError(
                f'out.{name} must be a contiguous, writeable {np.dtype(dtype)} array of {shape}, '
                f'not {kind} {np.shape(array)}.'
            )
        arrays[name] = array
    return arrays
