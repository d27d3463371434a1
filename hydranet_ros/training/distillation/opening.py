# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""From a file to the teacher in it."""

from pathlib import Path

from hydranet_ros.errors import HydranetError
from hydranet_ros.training.distillation.class_map import read_class_map
from hydranet_ros.training.distillation.teacher import Teacher
from hydranet_ros.training.distillation.tflite_teacher import TfliteSegmenter
from hydranet_ros.training.distillation.window_teacher import WindowTeacher


def open_teacher(path: Path, class_map: Path | None, threads: int | None = None) -> Teacher:
    """Open a teacher by what its file is; HydranetError where it is none."""
    mapping = None if class_map is None else read_class_map(class_map)
    if path.suffix == '.tflite':
        if mapping is None:
            raise HydranetError(
                f'{path} does not tell its classes; give a class map (--class-map).'
            )
        network = TfliteSegmenter(path, len(mapping.sources), threads=threads)
        return WindowTeacher(network, mapping)
    raise HydranetError(f'{path} is no teacher; give a .yaml model card, .onnx or .tflite file.')
