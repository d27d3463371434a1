# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The ranges of the network's activations over real frames, which int8 is made from."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from dataclasses import dataclass
import hashlib
from itertools import groupby
import json
import math
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import onnx

from hydranet_ros.atomic_file import write_atomically
from hydranet_ros.deploy.engines import import_problem
from hydranet_ros.deploy.input_size import InputSize
from hydranet_ros.deploy.quantisation import OPERATORS
from hydranet_ros.deploy.specialise import GraphSpec
from hydranet_ros.deploy.specialise import specialise
from hydranet_ros.errors import HydranetError
from hydranet_ros.resources import cache_dir
from hydranet_ros.zoo.card_types import ModelCard
from hydranet_ros.zoo.model_file import ModelFile

Image = npt.NDArray[np.uint8]
Ranges = dict[str, tuple[float, float]]
SHIPPED = 'calibration.json'
_AGAIN = 'Make it again with hydranet build --precision int8 --images FOLDER.'


@dataclass(frozen=True)
class Calibration:
    """Smallest and largest value of each activation, by its name in the graph.

    source: what the frames were, in words. images: how many.
    """

    model_sha256: str
    source: str
    images: int
    ranges: Mapping[str, tuple[float, float]]

    @property
    def digest(self) -> str:
        """A hash of all of it."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()

    def to_json(self) -> str:
        """Write it as JSON, a line for each activation."""
        described = {**asdict(self), 'ranges': {}}
        text = json.dumps(described, indent=2)
        rows = ',\n'.join(
            f'    {json.dumps(name)}: [{low:.6g}, {high:.6g}]'
            for name, (low, high) in self.ranges.items()
        )
        return text.replace('"ranges": {}', f'"ranges": {{\n{rows}\n  }}') + '\n'

    @classmethod
    def from_json(cls, path: Path) -> Calibration:
        """Read the file at `path`; HydranetError naming it for what is wrong in it."""
        try:
            found = json.loads(path.read_text())
            return cls(
                model_sha256=_text(found['model_sha256']),
                source=_text(found['source']),
                images=int(found['images']),
                ranges={_text(k): _range(k, *v) for k, v in found['ranges'].items()},
            )
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise HydranetError(f'The calibration {path} is damaged ({error!r}). {_AGAIN}') from (
                error
            )


def calibrate(
    card: ModelCard,
    model_file: ModelFile,
    frames: Iterable[Image],
    source: str,
    input_size: InputSize | None = None,
    domain: str | None = None,
    progress: Callable[[int], object] = lambda images: None,
) -> Calibration:
    """Run the float32 network over `frames` and keep the range of every activation.

    frames: uint8 (H, W, 3) RGB, of any sizes; those of one size are best given in a row. source:
    what they are, in words. input_size: how the network sees them, as it will. progress: called
    with the number of images so far. HydranetError without frames, or where ONNX Runtime is not
    installed. About a hundred images that differ are enough.
    """
    problem = import_problem('onnxruntime')
    if problem is not None:
        raise HydranetError(f'Calibration is done by ONNX Runtime: {problem}.')
    images = 0

    def seen() -> Iterator[Image]:
        nonlocal images
        for image in _resized(frames, input_size or InputSize()):
            yield image
            images += 1
            progress(images)

    ranges: Ranges = {}
    for size, group in groupby(seen(), key=lambda image: (image.shape[0], image.shape[1])):
        graph = specialise(model_file.unchanged(), card, GraphSpec(size, size, domain=domain))
        for name, (low, high) in _ranges(graph, group).items():
            least, most = ranges.get(name, (low, high))
            ranges[name] = min(low, least), max(high, most)
    if not ranges:
        raise HydranetError(f'There is no image to calibrate with in {source}; give others.')
    if not np.isfinite(list(ranges.values())).all():
        raise HydranetError(
            f'{model_file.path} gives no finite numbers on {source}; its weights are damaged.'
        )
    return Calibration(model_file.sha256, source, images, dict(sorted(ranges.items())))


def _resized(frames: Iterable[Image], input_size: InputSize) -> Iterator[Image]:
    for frame in frames:
        height, width = input_size.of_frame(*frame.shape[:2])
        fits = frame.shape[:2] == (height, width)
        yield frame if fits else cv2.resize(frame, (width, height)).astype(np.uint8, copy=False)


class _Reader:
    """What ONNX Runtime's calibrator reads the network's input from."""

    def __init__(self, images: Iterator[Image]) -> None:
        self._images = images

    def get_next(self) -> dict[str, Image] | None:
        image = next(self._images, None)
        return None if image is None else {'image': image[None]}


def _ranges(graph: onnx.ModelProto, images: Iterator[Image]) -> Ranges:
    from onnxruntime.quantization import CalibrationMethod
    from onnxruntime.quantization import create_calibrator

    with TemporaryDirectory(prefix='hydranet-calibration-') as name:
        path = Path(name) / 'network.onnx'
        path.write_bytes(graph.SerializeToString())
        calibrator = create_calibrator(
            path, list(OPERATORS), str(path.with_name('measured.onnx')), CalibrationMethod.MinMax
        )
        calibrator.collect_data(_Reader(images))
        found = calibrator.compute_data()
    return {
        name: (float(np.min(data.range_value[0])), float(np.max(data.range_value[1])))
        for name, data in found.items()
    }


def store_calibration(calibration: Calibration) -> Path:
    """Keep it as the user's own of its model file; return where. HydranetError on a full disk."""
    path = _own(calibration.model_sha256)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return write_atomically(path, calibration.to_json().encode())
    except OSError as error:
        raise HydranetError(
            f'The calibration cannot be written to {path} ({error}). Make room there, or set '
            'HYDRANET_CACHE to another folder.'
        ) from error


def find_calibration(card: ModelCard, model_file: ModelFile) -> Calibration | None:
    """Find the user's own of this model file, else the one beside the card, else None."""
    places = [card.path.parent / SHIPPED]
    with suppress(HydranetError):  # where there can be no cache, there is none of the user's
        places.insert(0, _own(model_file.sha256))
    for path in places:
        if path.is_file():
            calibration = Calibration.from_json(path)
            if calibration.model_sha256 == model_file.sha256:
                return calibration
    return None


def _own(model_sha256: str) -> Path:
    return cache_dir() / 'calibrations' / f'{model_sha256}.json'


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f'{value!r} is no text')
    return value


def _range(name: str, low: Any, high: Any) -> tuple[float, float]:
    low, high = float(low), float(high)
    if not (math.isfinite(low) and math.isfinite(high) and low <= high):
        raise ValueError(f'{name} has no range from {low} to {high}')
    return low, high
