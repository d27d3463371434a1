# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Where a data set keeps maps of its instances: Pascal VOC's objects, Cityscapes' instanceIds."""

from __future__ import annotations

from collections.abc import Sequence
import os
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from hydranet_ros.errors import HydranetError
from hydranet_ros.evaluation.class_mapping import class_key
from hydranet_ros.evaluation.diagnostics.instances import components
from hydranet_ros.evaluation.diagnostics.instances import Instances
from hydranet_ros.evaluation.diagnostics.instances import joined
from hydranet_ros.evaluation.diagnostics.instances import of_map
from hydranet_ros.evaluation.evaluation_data import EvaluationData
from hydranet_ros.image_files import decode
from hydranet_ros.training.datasets.png_palette import without_palette

_VOID = 255  # the outlines, in Pascal VOC's maps
_FIRST_INSTANCE = 1000  # class id x 1000 + number, in Cityscapes' maps; less is a group
_CITYSCAPES_THINGS = frozenset(
    ('person', 'rider', 'car', 'truck', 'bus', 'train', 'motorcycle', 'bicycle')
)


class InstanceReader:
    """Give the instances of an image: from the set's maps of them, else connected components.

    source: what an instance is here, in words. specks: how many components were too small.
    """

    def __init__(self, data: EvaluationData, names: Sequence[str], least_area: int) -> None:
        """Look for the maps of a data set.

        names: the classes, whose places are their ids. least_area: of a component, in pixels.
        HydranetError where some images have a map and others none.
        """
        self.specks = 0
        self._least_area = least_area
        kind, _, text = data.spec.partition(':')
        files = _files(kind, Path(os.path.expanduser(text)))
        self._kind = kind
        self._files = {name: files[name] for name in data.dataset.names if name in files}
        lacking = [name for name in data.dataset.names if name not in files]
        if self._files and lacking:
            raise HydranetError(
                f'{data.title} has maps of instances, but {len(lacking)} of {len(data.dataset)} '
                f'images have none, for example {lacking[0]}. Add them, or take all away.'
            )
        told_apart = [_has_instances(kind, name) and bool(self._files) for name in names]
        self._things = [label for label, told in enumerate(told_apart) if told]
        self._others = [label for label, told in enumerate(told_apart) if not told]
        parts = (
            '8-connected components'
            if least_area < 2
            else (f'8-connected components of at least {least_area} pixels')
        )
        if not self._files:
            self.source = f'{parts} of a class, as {data.spec} has no maps of instances'
        else:
            of_set = ', '.join(names[label] for label in self._things) or 'no class'
            others = ', '.join(names[label] for label in self._others) or 'no class'
            self.source = f"the data set's own of {of_set}; {parts} of {others}"

    def read(self, name: str, truth: npt.NDArray[np.uint8]) -> Instances:
        """Return the instances of a sample; truth: uint8 (H, W), class ids, 255 = ignore."""
        rest, specks = components(truth, self._others, self._least_area)
        self.specks += specks
        if not self._files:
            return rest
        stored = _read(self._files[name], truth.shape)
        if self._kind == 'cityscapes':
            stored[stored < _FIRST_INSTANCE] = 0
        else:
            stored[stored == _VOID] = 0
        return joined(of_map(truth, stored, self._things), rest)


def _has_instances(kind: str, name: str) -> bool:
    """Tell whether the maps of a kind of data set tell instances of a class apart."""
    key = class_key(name)
    return key in _CITYSCAPES_THINGS if kind == 'cityscapes' else key != 'background'


def _files(kind: str, root: Path) -> dict[str, Path]:
    if kind == 'voc':
        return {path.stem: path for path in sorted((root / 'SegmentationObject').glob('*.png'))}
    if kind == 'cityscapes':
        ending = '_gtFine_instanceIds.png'
        found = sorted((root / 'gtFine').glob(f'*/*/*{ending}'))
        return {path.name.removesuffix(ending): path for path in found}
    return {}


def _read(path: Path, size: tuple[int, ...]) -> npt.NDArray[np.int32]:
    try:
        image = decode(without_palette(path.read_bytes()), cv2.IMREAD_UNCHANGED)
    except OSError as error:
        raise HydranetError(f"cannot read '{path}': {error.strerror}.") from error
    if image is None or image.ndim != 2 or image.dtype not in (np.uint8, np.uint16):
        raise HydranetError(
            f"'{path}' is no map of instances, an 8-bit or 16-bit PNG of one channel or with a "
            'palette. Replace it.'
        )
    if image.shape != size:
        raise HydranetError(
            f"'{path}' is {image.shape[1]}x{image.shape[0]} pixels, but its image is "
            f'{size[1]}x{size[0]}. Replace it.'
        )
    return image.astype(np.int32)
