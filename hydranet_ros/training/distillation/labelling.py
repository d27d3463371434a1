# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Run a teacher over images and store what it says, with its provenance."""

from __future__ import annotations

from collections.abc import Callable
import json
import os
from pathlib import Path
from typing import Any

import cv2
import numpy as np

import hydranet_ros
from hydranet_ros.atomic_file import write_atomically
from hydranet_ros.errors import HydranetError
from hydranet_ros.output_folder import make_output_folder
from hydranet_ros.training.datasets.annotated import FOCAL_LENGTH
from hydranet_ros.training.datasets.annotated import PROVENANCE
from hydranet_ros.training.datasets.annotated import UNITS_PER_METRE
from hydranet_ros.training.datasets.file_set import Encoding
from hydranet_ros.training.datasets.file_set import FileDataSet
from hydranet_ros.training.datasets.listing import collect
from hydranet_ros.training.datasets.listing import Folders
from hydranet_ros.training.datasets.opening import open_dataset
from hydranet_ros.training.datasets.sample import DataSet
from hydranet_ros.training.distillation.fingerprint import fingerprint
from hydranet_ros.training.distillation.opening import open_teacher
from hydranet_ros.training.distillation.teacher import Annotation
from hydranet_ros.training.distillation.teacher import Teacher
from hydranet_ros.zoo.card_types import Task

Progress = Callable[[int, int], None]  # images done, and all of them
_FARTHEST_M = 65534 / UNITS_PER_METRE  # 65535 stands for a saturated measurement
_FOLDERS = {Task.SEMANTIC: ('labels', 'confidence'), Task.DEPTH: ('depth',)}


def run_labelling(
    teacher: str,
    images: str,
    out: Path,
    *,
    split: str | None = None,
    class_map: str | None = None,
    root: Path | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Path:
    """Label `images` with a teacher; returns `out`, which training reads.

    teacher: a model card (.yaml, or its name), an .onnx or a .tflite file. images: a data set
    ('kitti:PATH'), of which `split` is taken, or a folder of images. class_map: a YAML file
    (class_map.py), or the name of one of the project's. root: where relative paths begin, but
    for `out`. What is there already from the same teacher is kept. HydranetError.
    """
    root = root or Path()
    dataset = open_images(images, split, root)
    return label(dataset, open_teacher(teacher, class_map, root, threads), out, progress=progress)


def label(
    dataset: DataSet, teacher: Teacher, out: Path, *, progress: Progress | None = None
) -> Path:
    """Store what the teacher says of every image and the data set does not; returns `out`.

    Writes labels/NAME.png (uint8 ids, 255 = none), confidence/NAME.png (uint8, 255 = sure),
    depth/NAME.png (uint16, metres x 256, 0 = none) and provenance.json. Complete files stay, so
    an interrupted run goes on where it was; files of another teacher, or of other images, are
    refused.
    """
    tasks = sorted(teacher.tasks - dataset.tasks)
    folders = [out / folder for task in tasks for folder in _FOLDERS[task]]
    if not folders:
        raise HydranetError(
            f'The data set {dataset.name} has all that the teacher tells '
            f'({", ".join(sorted(teacher.tasks))}); there is nothing to label.'
        )
    for folder in folders:
        make_output_folder(folder)
    provenance = _provenance(dataset, teacher, tasks)
    _begin(out / PROVENANCE, provenance)
    for index, name in enumerate(dataset.names):
        if not all((folder / f'{name}.png').is_file() for folder in folders):
            sample = dataset[index]
            _store(out, name, teacher(sample.rgb, sample.fx), tasks)
        if progress:
            progress(index + 1, len(dataset))
    provenance['complete'] = True
    _write_json(out / PROVENANCE, provenance)
    return out


def open_images(images: str, split: str | None, root: Path) -> DataSet:
    """Open a data set, or a folder of images, to be labelled; HydranetError where it is none."""
    folder = root / os.path.expanduser(images)
    if ':' in images and not folder.is_dir():
        return open_dataset(images, split=split, root=root)
    if not folder.is_dir():
        raise HydranetError(
            f"there is no folder '{folder}' of images; give one, or a data set such as kitti:PATH."
        )
    if split is not None:
        raise HydranetError(f"'{images}' is a folder of images, which has no split '{split}'.")
    return FileDataSet('images', collect(folder, Folders('.')), Encoding())


def _store(out: Path, name: str, annotation: Annotation, tasks: list[Task]) -> None:
    if Task.SEMANTIC in tasks and annotation.labels is not None:
        _write_png(out / 'labels' / f'{name}.png', annotation.labels)
        confidence = annotation.confidence
        if confidence is None:
            confidence = np.full_like(annotation.labels, 255)
        _write_png(out / 'confidence' / f'{name}.png', confidence)
    if Task.DEPTH in tasks and annotation.depth is not None:
        depth = annotation.depth
        with np.errstate(invalid='ignore'):
            there = (depth > 0) & (depth <= _FARTHEST_M)
            units = np.where(there, np.rint(depth * UNITS_PER_METRE), 0).astype(np.uint16)
        _write_png(out / 'depth' / f'{name}.png', units)


def _provenance(dataset: DataSet, teacher: Teacher, tasks: list[Task]) -> dict[str, Any]:
    # a teacher of an unknown focal length tells the same metres whatever fx is
    fx = dataset[0].fx if teacher.focal_length_px else None
    return {
        'complete': False,
        'tasks': [task.value for task in tasks],
        'classes': [{'name': c.name, 'color': list(c.color)} for c in teacher.classes],
        'teacher': dict(teacher.provenance),
        'data': dataset.name,
        'images': {'count': len(dataset), 'sha256': fingerprint(dataset)},
        'depth': None
        if Task.DEPTH not in tasks
        else {
            'unit': f'1/{UNITS_PER_METRE:.0f} m',
            'metres_of': "the images' camera" if fx else "the teacher's camera (fx unknown)",
            'fx': fx,
        },
        FOCAL_LENGTH: teacher.focal_length_px,
        'versions': {
            'hydranet_ros': hydranet_ros.__version__,
            'numpy': np.__version__,
            'opencv': cv2.__version__,
        },
    }


def _begin(path: Path, provenance: dict[str, Any]) -> None:
    """Write the provenance first; refuse a folder begun by another teacher or for other images."""
    if path.is_file():
        try:
            found = json.loads(path.read_text(encoding='utf-8'))
        except (OSError, ValueError) as error:
            raise HydranetError(f"'{path}' is damaged ({error}); remove its folder.") from error
        for key in ('teacher', 'tasks', 'classes', 'data', 'depth', 'images'):
            if not isinstance(found, dict) or found.get(key) != provenance[key]:
                raise HydranetError(
                    f"'{path.parent}' holds labels whose {key} are not those of now (see {path}). "
                    'Give another folder, or remove it.'
                )
    _write_json(path, provenance)


def _write_json(path: Path, content: dict[str, Any]) -> None:
    _write(path, (json.dumps(content, indent=1, ensure_ascii=False) + '\n').encode())


def _write_png(path: Path, image: np.ndarray) -> None:
    _write(path, cv2.imencode('.png', image)[1].tobytes())


def _write(path: Path, data: bytes) -> None:
    try:
        write_atomically(path, data)
    except OSError as error:
        raise HydranetError(f"cannot write '{path}': {error.strerror}.") from error
