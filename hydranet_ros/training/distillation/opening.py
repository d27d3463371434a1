# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""From a file to the teacher in it."""

import os
from pathlib import Path

from hydranet_ros.errors import HydranetError
from hydranet_ros.training.distillation.class_map import find_class_map
from hydranet_ros.training.distillation.class_map import InputOptions
from hydranet_ros.training.distillation.class_map import read_class_map
from hydranet_ros.training.distillation.network_teacher import NetworkTeacher
from hydranet_ros.training.distillation.onnx_teacher import OnnxSegmenter
from hydranet_ros.training.distillation.teacher import Teacher
from hydranet_ros.training.distillation.tflite_teacher import TfliteSegmenter
from hydranet_ros.training.distillation.window_teacher import WindowTeacher
from hydranet_ros.zoo.card import MODEL_FILE_SUFFIX

_CARD_SUFFIX = '.yaml'
_TFLITE_SUFFIX = '.tflite'


def open_teacher(
    teacher: str, class_map: str | None, root: Path, threads: int | None = None
) -> Teacher:
    """Open a teacher by what it is: a .tflite, an .onnx, a model card or its name.

    Paths begin at `root`; a class map may also be the name of one that comes with the project.
    HydranetError where there is none.
    """
    mapping = read_class_map(find_class_map(class_map, root)) if class_map else None
    path = root / os.path.expanduser(teacher)
    if path.suffix not in (_TFLITE_SUFFIX, MODEL_FILE_SUFFIX):
        card = path if path.suffix == _CARD_SUFFIX or path.is_file() else teacher
        return NetworkTeacher(card, mapping, threads=threads)
    if not path.is_file():
        raise HydranetError(f'There is no teacher {path}; check the path.')
    card = path.with_suffix(_CARD_SUFFIX)
    if path.suffix == MODEL_FILE_SUFFIX and card.is_file():
        return NetworkTeacher(card, mapping, weights=path, threads=threads)
    if mapping is None:
        raise HydranetError(
            f'{path} does not tell its classes; give a class map (--class-map), or the model card '
            'of a network of ours.'
        )
    if path.suffix == _TFLITE_SUFFIX and mapping.input != InputOptions():
        raise HydranetError(
            f'{mapping.path} says under input what {path} is fed, but a TFLite file is fed as '
            'it says itself; take input out.'
        )
    if path.suffix == _TFLITE_SUFFIX:
        return WindowTeacher(TfliteSegmenter(path, len(mapping.sources), threads=threads), mapping)
    return WindowTeacher(OnnxSegmenter(path, mapping, threads=threads), mapping)
