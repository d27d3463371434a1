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
ROW, MARGIN, _CHIP = 30, 10, 16  # pixels
PAPER, _INK = (24, 26, 30), (232, 232, 232)
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
    names = [item.name for item in meaning.classes] if labels is not None else []
    places = legend_places(names, legend_width)
    # Room for all classes: the size must not change with what is in sight.
    rows = max(places[-1][1] + 1 if places else 0, 2 if depth_colors is not None else 0)
    top = 2 * ROW
    sheet = np.empty((top + height + rows * ROW + MARGIN, total, 3), np.uint8)
    sheet[:top] = PAPER
    sheet[top + height :] = PAPER
    write(sheet, caption or 'hydranet_ros', (MARGIN, 0), total - 2 * MARGIN, ROW)
    for number, (title, picture) in enumerate(panels):
        left = number * width
        write(sheet, title, (left + MARGIN, ROW), width - 2 * MARGIN, ROW)
        target = sheet[top : top + height, left : left + width]
        # Enlarged pixels stay pixels; shrunk class colours must not mix to others.
        smooth = number == 0 and picture.shape[1] > width
        method = cv2.INTER_AREA if smooth else cv2.INTER_NEAREST
        cv2.resize(picture, (width, height), dst=target, interpolation=method)
    foot = sheet[top + height :]
    if labels is not None:
        _draw_classes(foot, labels, meaning, legend_width)
    if depth_colors is not None and meaning.depth is not None:
        _draw_scale(foot[:, total - width :], meaning.depth)
    return sheet


def write(
    sheet: np.ndarray,
    text: str,
    corner: tuple[int, int],
    room: int,
    height: int,
    scale: float = 0.55,
) -> None:
    """Write a line of text in a row that high, smaller where the room is short (pixels)."""
    text = text.encode('ascii', 'replace').decode()
    (width, _), _ = cv2.getTextSize(text, _FONT, scale, 1)
    if width > room:
        scale *= room / width
    (_, tall), _ = cv2.getTextSize(text, _FONT, scale, 1)
    left, top = corner
    at = (left, top + (height + tall) // 2)
    cv2.putText(sheet, text, at, _FONT, scale, _INK, 1, cv2.LINE_AA)


def legend_places(names: Sequence[str], room: int) -> list[tuple[int, int]]:
    """Return (left, row) of each name of a legend, filled row by row into `room` pixels."""
    places, left, row = [], MARGIN, 0
    for name in names:
        width = cv2.getTextSize(name, _FONT, 0.5, 1)[0][0] + _CHIP + 3 * MARGIN
        if left + width > room and left > MARGIN:
            left, row = MARGIN, row + 1
        places.append((left, row))
        left += width
    return places


def draw_legend(
    foot: np.ndarray, names: Sequence[str], colours: np.ndarray, places: Sequence[tuple[int, int]]
) -> None:
    """Draw names beside their colours, uint8 (n, 3) RGB, at the places of `legend_places`."""
    for name, colour, (left, row) in zip(names, colours, places, strict=True):
        middle = row * ROW + ROW // 2 + MARGIN // 2
        low, high = (left, middle - _CHIP // 2), (left + _CHIP, middle + _CHIP // 2)
        cv2.rectangle(foot, low, high, tuple(int(value) for value in colour), -1)
        cv2.rectangle(foot, low, high, _INK, 1)
        corner = (left + _CHIP + MARGIN // 2, middle - ROW // 2)
        write(foot, name, corner, foot.shape[1] - corner[0], ROW, scale=0.5)


def _draw_classes(foot: np.ndarray, labels: np.ndarray, meaning: Meaning, room: int) -> None:
    """Draw the legend of the classes in sight."""
    present = cv2.calcHist([labels], [0], None, [256], [0, 256]).ravel() > 0
    shown = [number for number in range(len(meaning.classes)) if present[number]]
    names = [meaning.classes[number].name for number in shown]
    draw_legend(foot, names, meaning.palette[shown], legend_places(names, room))


def _draw_scale(foot: np.ndarray, depth: DepthRange) -> None:
    left, right = MARGIN + 6, foot.shape[1] - MARGIN - 26
    ramp = np.linspace(255, 1, right - left).astype(np.uint8)
    foot[MARGIN : MARGIN + 14, left:right] = DEPTH_PALETTE[ramp]
    unit = ' m' if depth.metric else ''
    for step in range(5):
        metres = depth.min_m + (depth.max_m - depth.min_m) * step / 4
        x = left + (right - left) * step // 4
        cv2.line(foot, (x, MARGIN), (x, MARGIN + 18), _INK, 1)
        text = f'{metres:.3g}{unit if step == 4 else ""}'
        width = cv2.getTextSize(text, _FONT, 0.45, 1)[0][0]
        write(foot, text, (max(x - width // 2, 0), MARGIN + 16), 60, 18, scale=0.45)
    write(foot, 'black: none', (left, MARGIN + 34), right - left, 18, scale=0.4)
