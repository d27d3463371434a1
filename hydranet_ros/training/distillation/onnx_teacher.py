# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""A segmenter of any origin in an ONNX file, run by ONNX Runtime."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from hydranet_ros.errors import first_line
from hydranet_ros.errors import HydranetError
from hydranet_ros.training.distillation.class_map import ClassMap
from hydranet_ros.training.distillation.window_teacher import probabilities
from hydranet_ros.zoo.checksums import sha256


class OnnxSegmenter:
    """Run an ONNX segmenter with one image input, [1, 3, H, W] or [1, H, W, 3].

    Its first output is logits or probabilities, [1, K, h, w] or [1, h, w, K], or ids [1, h, w].
    A uint8 input gets RGB as it is, a float one (RGB / 255 - mean) / std of the class map's
    `input`, of ImageNet where it has none. An input of free size gets the `size` that stands
    there, or whole images. Raises HydranetError.
    """

    def __init__(self, path: Path, class_map: ClassMap, *, threads: int | None = None) -> None:
        self._path, self._classes = path, len(class_map.sources)
        self._normalisation = class_map.input
        self._session = _session(path, threads)
        inputs = self._session.get_inputs()
        shape = inputs[0].shape
        channels = [axis for axis in (1, 3) if len(shape) == 4 and shape[axis] == 3]
        if len(inputs) != 1 or not channels or inputs[0].type not in _DTYPES:
            raise HydranetError(
                f'{path} takes {len(inputs)} inputs, the first {inputs[0].type} {shape}; a '
                'teacher must take one image of uint8 or float, [1, 3, H, W] or [1, H, W, 3].'
            )
        self._input, self._dtype = inputs[0].name, _DTYPES[inputs[0].type]
        self._planar = channels[0] == 1
        height, width = shape[2:4] if self._planar else shape[1:3]
        fixed = isinstance(height, int) and isinstance(width, int)
        self.size: tuple[int, int] | None = (height, width) if fixed else class_map.input.size

    @property
    def provenance(self) -> Mapping[str, Any]:
        """The file, how images are brought to it and by what it runs."""
        import onnxruntime

        return {
            'kind': 'onnx',
            'file': self._path.name,
            'sha256': sha256(self._path),
            'input_size': list(self.size) if self.size else None,
            'mean': list(self._normalisation.mean),
            'std': list(self._normalisation.std),
            'runtime': f'onnxruntime {onnxruntime.__version__}',
        }

    def __call__(self, rgb: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
        """Return the class probabilities of an image."""
        pixels: np.ndarray = rgb
        if self._dtype != np.uint8:
            mean = np.array(self._normalisation.mean, np.float32)
            std = np.array(self._normalisation.std, np.float32)
            pixels = ((rgb / np.float32(255) - mean) / std).astype(self._dtype)
        if self._planar:
            pixels = np.ascontiguousarray(pixels.transpose(2, 0, 1))
        try:
            scores = np.asarray(self._session.run(None, {self._input: pixels[None]})[0])
        except Exception as error:  # ONNX Runtime raises types of its own
            raise HydranetError(
                f'{self._path} refuses images of {rgb.shape[1]}x{rgb.shape[0]} pixels '
                f'({first_line(error)}); give input: size: [height, width] in the class map.'
            ) from error
        return probabilities(self._map(scores), self._classes)

    def _map(self, scores: np.ndarray) -> np.ndarray:
        """Return scores (h, w, K), or ids (h, w)."""
        if scores.ndim == 3:
            return scores[0]
        if scores.ndim == 4 and scores.shape[1] == self._classes:
            return scores[0].transpose(1, 2, 0).astype(np.float32)
        if scores.ndim == 4 and scores.shape[3] == self._classes:
            return scores[0].astype(np.float32)
        if scores.ndim == 4 and scores.shape[1] == 1 and scores.dtype.kind in 'iu':
            return scores[0, 0]
        raise HydranetError(
            f'{self._path} gives {scores.shape}, but its class map lists {self._classes} classes. '
            'Give the map that belongs to the teacher.'
        )


_DTYPES: dict[str, type] = {
    'tensor(uint8)': np.uint8,
    'tensor(float)': np.float32,
    'tensor(float16)': np.float16,
}


def _session(path: Path, threads: int | None) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads or 0
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(
            str(path), options, providers=onnxruntime.get_available_providers()
        )
    except Exception as error:  # ONNX Runtime raises types of its own
        raise HydranetError(
            f'{path} cannot be read as an ONNX file ({first_line(error)}); get it again.'
        ) from error
