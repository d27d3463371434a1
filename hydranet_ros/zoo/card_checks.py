# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""What the fields of a model card must agree on."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Sequence
from pathlib import PurePosixPath
import re
from typing import NoReturn
from urllib.parse import urlsplit

from hydranet_ros.networks.options import Upsampling
from hydranet_ros.zoo.card_fields import Fields
from hydranet_ros.zoo.card_types import DepthRange
from hydranet_ros.zoo.card_types import Domain
from hydranet_ros.zoo.card_types import ModelCard
from hydranet_ros.zoo.card_types import SemanticClass
from hydranet_ros.zoo.card_types import Task
from hydranet_ros.zoo.card_types import WeightsSource

# Raises the HydranetError of a field: its key, and what it must be.
Refuse = Callable[[str, str], NoReturn]
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
    if card.domains and card.options.upsample is not Upsampling.BILINEAR:
        fields.refuse('options', 'must not upsample in a network of several domains')
    check_sample_frames(card.sample_frames, fields.refuse)
    check_domains(card.domains, card.classes, card.tasks, fields.refuse)


def check_sample_frames(source: str | None, refuse: Refuse) -> None:
    """Refuse a camera as the source of sample frames."""
    if (source or '').startswith(('/dev/', 'v4l:')):
        refuse('sample_frames', 'must not be a camera: a card does not switch one on')


def check_depth(depth: DepthRange, refuse: Refuse) -> None:
    """Refuse a range of depths that is none."""
    if not 0 <= depth.min_m < depth.max_m:
        refuse('max_m', 'must be larger than min_m, and min_m not negative')
    if depth.focal_length_px is not None and depth.focal_length_px <= 0:
        refuse('focal_length_px', 'must be positive, or null where it is unknown')


def check_domains(
    domains: Sequence[Domain],
    classes: Sequence[SemanticClass],
    tasks: Collection[Task],
    refuse: Refuse,
) -> None:
    """Refuse domains that are not the classes one after the other, and names that two have."""
    if any(domain.depth for domain in domains) and Task.DEPTH not in tasks:
        refuse('domains', 'state a depth range, but the model has no task depth')
    slices = [(0, len(classes))]
    if domains:
        slices = [(domain.start, domain.stop) for domain in domains]
        ends = [0, *(stop for _, stop in slices)]
        if [start for start, _ in slices] != ends[:-1] or ends[-1] != len(classes):
            refuse('domains', f'must cover the {len(classes)} classes one after the other')
        if any(start >= stop for start, stop in slices):
            refuse('domains', 'must not be empty: start < stop')
        if len({domain.name for domain in domains}) != len(domains):
            refuse('domains', 'must have different names')
    for start, stop in slices:
        names = [item.name for item in classes[start:stop]]
        if len(set(names)) != len(names):
            refuse('classes', 'must have different names')


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
