# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""A segmenter in a TFLite file, run by LiteRT."""

from __future__ import annotations

from collections.abc import Mapping
import importlib.util
import logging
from pathlib import Path
from typing import Any
import warnings

import numpy as np
import numpy.typing as npt

from hydranet_ros.errors import first_line
from hydranet_ros.errors import HydranetError
from hydranet_ros.training.distillation.window_teacher import probabilities
from hydranet_ros.zoo.checksums import sha256

_log = logging.getLogger(__name__)
_AGREEING = 0.99  # pixels whose largest score gives their id; ties may not


class TfliteSegmenter:
    """Run a TFLite segmenter with one image input [1, H, W, 3] and one output.

    classes: how many it knows. A uint8 input takes RGB as it is, an int8 one less 128, a float
    one RGB / 127.5 - 1, as is usual there. Where the output is ids, the logits that they were
    taken from are read instead if the file shows them: ids alone have no confidence. Raises
    HydranetError.
    """

    def __init__(self, path: Path, classes: int, *, threads: int | None = None) -> None:
        self._path, self._classes = path, classes
        self._interpreter = _interpreter(path, threads)
        inputs, outputs = (
            self._interpreter.get_input_details(),
            self._interpreter.get_output_details(),
        )
        shape = tuple(int(n) for n in inputs[0]['shape'])
        if len(inputs) != 1 or len(outputs) != 1 or len(shape) != 4 or shape[3] != 3:
            raise HydranetError(
                f'{path} takes {len(inputs)} inputs, the first of shape {shape}; a teacher must '
                'take one image [1, H, W, 3] and give one map.'
            )
        self.size: tuple[int, int] | None = (shape[1], shape[2])
        self._ids = outputs[0]
        self._input, self._output = inputs[0], self._scores(outputs[0])
        self._checked = self._output is self._ids

    @property
    def provenance(self) -> Mapping[str, Any]:
        """The file, what is read of it and by what."""
        import ai_edge_litert

        return {
            'kind': 'tflite',
            'file': self._path.name,
            'sha256': sha256(self._path),
            'input_size': list(self.size or ()),
            'output': str(self._output['name']),
            'runtime': f'ai-edge-litert {ai_edge_litert.__version__}',
        }

    def __call__(self, rgb: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
        """Return the class probabilities of an image of `size`."""
        self._interpreter.set_tensor(self._input['index'], self._quantised(rgb)[None])
        self._interpreter.invoke()
        scores = self._interpreter.get_tensor(self._output['index'])[0]
        scale, zero = self._output['quantization']
        if scale and scores.ndim == 3:
            scores = (scores.astype(np.float32) - zero) * np.float32(scale)
        if not self._checked:
            self._check(scores)
        return probabilities(scores, self._classes)

    def _quantised(self, rgb: npt.NDArray[np.uint8]) -> np.ndarray:
        """Bring RGB to the input's type."""
        dtype = self._input['dtype']
        if dtype == np.uint8:
            return rgb
        if dtype == np.int8:
            return (rgb.astype(np.int16) - 128).astype(np.int8)
        return rgb.astype(dtype) / 127.5 - 1

    def _scores(self, output: dict[str, Any]) -> dict[str, Any]:
        """Find the logits: the output, or the last tensor of its size with a channel a class."""
        shape = tuple(int(n) for n in output['shape'])
        if len(shape) == 4 and shape[3] == self._classes:
            return output
        if (len(shape) == 4 and shape[3] == 1) or len(shape) not in (3, 4):
            raise HydranetError(f'{self._path} gives {shape}; a teacher must give [1, H, W, K].')
        if len(shape) == 4:
            raise HydranetError(
                f'{self._path} tells {shape[3]} classes, but its class map lists {self._classes}. '
                'Give the map that belongs to the teacher.'
            )
        for tensor in reversed(self._interpreter.get_tensor_details()):
            if tuple(int(n) for n in tensor['shape']) == (*shape, self._classes):
                return tensor
        _log.warning(
            '%s tells class ids alone, no scores of %d classes: every label will count as sure.',
            self._path,
            self._classes,
        )
        return output

    def _check(self, scores: np.ndarray) -> None:
        """Refuse logits that are not those of the output, once."""
        ids = self._interpreter.get_tensor(self._ids['index'])[0]
        agreeing = float((scores.argmax(2) == ids).mean())
        if agreeing < _AGREEING:
            raise HydranetError(
                f'{self._path}: the tensor {self._output["name"]} does not hold the scores of the '
                f'output ({100 * agreeing:.1f} % agree). Export the teacher with its logits as '
                'the output.'
            )
        self._checked = True


def _interpreter(path: Path, threads: int | None) -> Any:
    if not path.is_file():
        raise HydranetError(f'There is no teacher {path}; check the path.')
    if importlib.util.find_spec('ai_edge_litert') is None:
        raise HydranetError(
            f'Running {path} needs LiteRT, missing here: `pip install ai-edge-litert`.'
        )
    from ai_edge_litert.interpreter import Interpreter

    try:
        with warnings.catch_warnings():
            warnings.simplefilter('ignore')  # that kept tensors need memory
            interpreter = Interpreter(
                str(path), num_threads=threads, experimental_preserve_all_tensors=True
            )
        interpreter.allocate_tensors()
    except (ValueError, RuntimeError) as error:
        raise HydranetError(
            f'{path} cannot be read as a TFLite file ({first_line(error)}); get it again.'
        ) from error
    return interpreter
