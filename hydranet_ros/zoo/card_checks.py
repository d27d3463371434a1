# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""What the fields of a model card must agree on."""

from __future__ import annotations

from pathlib import PurePosixPath
import re
from urllib.parse import urlsplit

from hydranet_ros.networks.options import Upsampling
from hydranet_ros.zoo.card_fields import Fields
from hydranet_ros.zoo.card_types import ModelCard
from hydranet_ros.zoo.card_types import Task
from hydranet_ros.zoo.card_types import WeightsSource

MAX_CLASSES = 255
MODEL_FILE_SUFFIX = '.onnx'
_AXES = re.compile(r'-?[xyz] -?[xyz] -?[xyz]')


def check_card(card: ModelCard, fields: Fields) -> None:
    """Refuse a card whose classes, ranges, axes or domains contradict its tasks."""
    has = {task: task in card.tasks for task in Task}
    if has[Task.SEMANTIC] != bool(card.classes) or len(card.classes) > MAX_CLASSES:
        fields.refuse(
            'classes', f'must list 1 to {MAX_CLASSES} classes with the task semantic, else none'
        )
    if has[Task.DEPTH] != (card.depth is not None):
        fields.refuse('depth', 'must be given with the task depth, and only then')
    if has[Task.NORMALS] != (card.normals_axes is not None):
        fields.refuse('normals_axes', 'must be given with the task normals, and only then')
    axes = card.normals_axes or 'x y z'
    if not _AXES.fullmatch(axes) or sorted(axes.replace('-', '')) != sorted('x y z'):
        fields.refuse('normals_axes', "must be three axes such as 'x z y' or 'x -y z'")
    if min(card.std) <= 0:
        fields.refuse('std', 'must be positive')
    if any(domain.depth for domain in card.domains) and not has[Task.DEPTH]:
        fields.refuse('domains', 'state a depth range, but the model has no task depth')
    if card.domains and card.options.upsample is not Upsampling.BILINEAR:
        fields.refuse('options', 'must not upsample in a network of several domains')
    if (card.sample_frames or '').startswith(('/dev/', 'v4l:')):
        fields.refuse('sample_frames', 'must not be a camera: a card does not switch one on')
    _check_domains(card, fields)


def check_weights(weights: WeightsSource, fields: Fields) -> None:
    """Refuse weights that lie outside the card's folder, or a download that nothing verifies."""
    if weights.is_url:
        if not weights.location.startswith(('https://', 'http://')):
            fields.refuse('location', 'must be an http(s) URL or a path in the folder of the card')
        try:
            urlsplit(weights.location)
        except ValueError as error:
            fields.refuse('location', f'is no URL: {error}')
        if not (weights.sha256 or weights.git_blob or weights.lost):
            fields.refuse('sha256', 'or git_blob must be given, for a download is verified')
    else:
        path = PurePosixPath(weights.location)
        if path.is_absolute() or '..' in path.parts or '\\' in weights.location:
            fields.refuse('location', 'must stay in the folder of the card')
    if weights.location.endswith(MODEL_FILE_SUFFIX) == (weights.family is not None):
        fields.refuse(
            'family', f'must be given for checkpoints, and only there (not {MODEL_FILE_SUFFIX})'
        )


def _check_domains(card: ModelCard, fields: Fields) -> None:
    slices = [(0, len(card.classes))]
    if card.domains:
        slices = [(domain.start, domain.stop) for domain in card.domains]
        ends = [0, *(stop for _, stop in slices)]
        if [start for start, _ in slices] != ends[:-1] or ends[-1] != len(card.classes):
            fields.refuse(
                'domains', f'must cover the {len(card.classes)} classes one after the other'
            )
        if any(start >= stop for start, stop in slices):
            fields.refuse('domains', 'must not be empty: start < stop')
        if len({domain.name for domain in card.domains}) != len(card.domains):
            fields.refuse('domains', 'must have different names')
    for start, stop in slices:
        names = [item.name for item in card.classes[start:stop]]
        if len(set(names)) != len(names):
            fields.refuse('classes', 'must have different names')
