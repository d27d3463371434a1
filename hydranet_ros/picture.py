# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""One picture for people: camera, classes and depth side by side, with what the colours mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from hydranet_ros.rendering import color_depth
from hydranet_ros.rendering import color_labels
from hydranet_ros.rendering import DEPTH_PALETTE

if TYPE_CHECKING:
    from hydranet_ros.perception import Prediction
    from hydranet_ros.zoo.card_types import DepthRange
    from hydranet_ros.zoo.card_types import ModelCard
    from hydranet_ros.zoo.card_types import SemanticClass

_NARROWEST, _WIDEST = 320, 640
_ROW, _MARGIN, _CHIP = 30, 10, 16
_PAPER, _INK = (24, 26, 30), (232, 232, 232)
_FONT = cv2.FONT_HERSHEY_SIMPLEX


@dataclass(frozen=True)
class Meaning:
    """Say what the colours of a model mean: its classes and its depth range.

    palette: uint8 (256, 3) RGB, one row a class id. depth: None without that task.
    """

    classes: tuple[SemanticClass, ...]
    palette: np.ndarray
    depth: DepthRange | None

    @classmethod
    def of(cls, card: ModelCard, domain: str | None = None) -> Meaning:
        """Read it from a model card; a card with domains needs the name of one."""
        return cls(card.classes_of(domain), card.palette(domain), card.depth_of(domain))


def side_by_side(
    rgb: np.ndarray,
    prediction: Prediction,
    meaning: Meaning,
    *,
    caption: str = '',
    label_colors: np.ndarray | None = None,
    depth_colors: np.ndarray | None = None,
) -> np.ndarray:
    """Compose camera | semantic | depth, a legend of the classes in sight and the depth's scale.

    rgb: uint8 (H, W, 3). caption: one line for the top. label_colors, depth_colors: uint8
    (H, W, 3) where somebody has painted labels and depth already. Returns uint8 (H', W', 3) RGB,
    whose size depends on (H, W) and the model only.
    """
    labels, depth = prediction.labels, prediction.depth
    panels = [('camera', rgb)]
    if labels is not None:
        if label_colors is None:
            label_colors = color_labels(labels, meaning.palette)
        panels.append(('semantic', label_colors))
    if depth is not None and meaning.depth is not None:
        if depth_colors is None:
            depth_colors = color_depth(depth, meaning.depth.min_m, meaning.depth.max_m)
        panels.append(('depth', depth_colors))
    width = min(max(rgb.shape[1], _NARROWEST), _WIDEST)
    height = max(round(rgb.shape[0] * width / rgb.shape[1]), 1)
    total = width * len(panels)
    legend_width = total - (width if depth_colors is not None and labels is not None else 0)
    places = _legend_places(meaning.classes, legend_width) if labels is not None else []
    # Room for all classes: the size must not change with what is in sight.
    rows = max(places[-1][1] + 1 if places else 0, 2 if depth_colors is not None else 0)
    top = 2 * _ROW
    sheet = np.empty((top + height + rows * _ROW + _MARGIN, total, 3), np.uint8)
    sheet[:top] = _PAPER
    sheet[top + height :] = _PAPER
    _write(sheet, caption or 'hydranet_ros', (_MARGIN, 0), total - 2 * _MARGIN, _ROW)
    for number, (title, picture) in enumerate(panels):
        left = number * width
        _write(sheet, title, (left + _MARGIN, _ROW), width - 2 * _MARGIN, _ROW)
        target = sheet[top : top + height, left : left + width]
        # Enlarged pixels stay pixels; shrunk class colours must not mix to others.
        smooth = number == 0 and picture.shape[1] > width
        method = cv2.INTER_AREA if smooth else cv2.INTER_NEAREST
        cv2.resize(picture, (width, height), dst=target, interpolation=method)
    foot = sheet[top + height :]
    if labels is not None:
        _draw_legend(foot, labels, meaning, legend_width)
    if depth_colors is not None and meaning.depth is not None:
        _draw_scale(foot[:, total - width :], meaning.depth)
    return sheet


def _write(
    sheet: np.ndarray,
    text: str,
    corner: tuple[int, int],
    room: int,
    height: int,
    scale: float = 0.55,
) -> None:
    """Write a line of text, smaller where the room is short."""
    text = text.encode('ascii', 'replace').decode()
    (width, _), _ = cv2.getTextSize(text, _FONT, scale, 1)
    if width > room:
        scale *= room / width
    (_, tall), _ = cv2.getTextSize(text, _FONT, scale, 1)
    left, top = corner
    at = (left, top + (height + tall) // 2)
    cv2.putText(sheet, text, at, _FONT, scale, _INK, 1, cv2.LINE_AA)


def _legend_places(classes: Sequence[SemanticClass], room: int) -> list[tuple[int, int]]:
    """Return (left, row) of each class, filled row by row."""
    places, left, row = [], _MARGIN, 0
    for item in classes:
        width = cv2.getTextSize(item.name, _FONT, 0.5, 1)[0][0] + _CHIP + 3 * _MARGIN
        if left + width > room and left > _MARGIN:
            left, row = _MARGIN, row + 1
        places.append((left, row))
        left += width
    return places


def _draw_legend(foot: np.ndarray, labels: np.ndarray, meaning: Meaning, room: int) -> None:
    present = cv2.calcHist([labels], [0], None, [256], [0, 256]).ravel() > 0
    shown = [number for number in range(len(meaning.classes)) if present[number]]
    classes = [meaning.classes[number] for number in shown]
    for number, (left, row) in zip(shown, _legend_places(classes, room), strict=True):
        middle = row * _ROW + _ROW // 2 + _MARGIN // 2
        colour = tuple(int(value) for value in meaning.palette[number])
        low, high = (left, middle - _CHIP // 2), (left + _CHIP, middle + _CHIP // 2)
        cv2.rectangle(foot, low, high, colour, -1)
        cv2.rectangle(foot, low, high, _INK, 1)
        corner = (left + _CHIP + _MARGIN // 2, middle - _ROW // 2)
        _write(foot, meaning.classes[number].name, corner, room, _ROW, scale=0.5)


def _draw_scale(foot: np.ndarray, depth: DepthRange) -> None:
    left, right = _MARGIN + 6, foot.shape[1] - _MARGIN - 26
    ramp = np.linspace(255, 1, right - left).astype(np.uint8)
    foot[_MARGIN : _MARGIN + 14, left:right] = DEPTH_PALETTE[ramp]
    unit = ' m' if depth.metric else ''
    for step in range(5):
        metres = depth.min_m + (depth.max_m - depth.min_m) * step / 4
        x = left + (right - left) * step // 4
        cv2.line(foot, (x, _MARGIN), (x, _MARGIN + 18), _INK, 1)
        text = f'{metres:.3g}{unit if step == 4 else ""}'
        width = cv2.getTextSize(text, _FONT, 0.45, 1)[0][0]
        _write(foot, text, (max(x - width // 2, 0), _MARGIN + 16), 60, 18, scale=0.45)
    _write(foot, 'black: none', (left, _MARGIN + 34), right - left, 18, scale=0.4)
