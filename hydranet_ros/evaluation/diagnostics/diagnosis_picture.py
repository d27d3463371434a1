# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""One picture of an image that went wrong: what is there, what was said, and why it is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
import re

import cv2
import numpy as np
import numpy.typing as npt

from hydranet_ros.errors import HydranetError
from hydranet_ros.evaluation.diagnostics.error_kinds import CORRECT
from hydranet_ros.evaluation.diagnostics.error_kinds import ErrorKind
from hydranet_ros.evaluation.diagnostics.error_kinds import KINDS
from hydranet_ros.evaluation.diagnostics.worst_images import WorstImage
from hydranet_ros.picture import draw_legend
from hydranet_ros.picture import legend_places
from hydranet_ros.picture import MARGIN
from hydranet_ros.picture import PAPER
from hydranet_ros.picture import ROW
from hydranet_ros.picture import write
from hydranet_ros.prediction_files import save_png
from hydranet_ros.training.datasets.sample import IGNORE
from hydranet_ros.zoo.card_types import SemanticClass

Picture = npt.NDArray[np.uint8]
_COLUMNS, _GAP = 3, 6
_NARROWEST, _WIDEST = 320, 480
_COLOURS = {
    ErrorKind.LOCALISATION: (255, 214, 0),
    ErrorKind.BACKGROUND: (0, 160, 255),
    ErrorKind.SIMILAR: (0, 220, 120),
    ErrorKind.OTHER: (255, 40, 60),
}
_NONE = 'none'
_NONES = ((0, 0, 0), (224, 224, 192), *((grey, grey, grey) for grey in range(1, 256)))
_NAME = re.compile(r'\d{2,}_.+\.png')


def picture_names(images: Sequence[WorstImage]) -> list[str]:
    """Name the files of pictures, numbered from 01."""
    return [f'{rank:02d}_{image.name}.png' for rank, image in enumerate(images, 1)]


def earlier_pictures(folder: Path) -> list[Path]:
    """Return the files in a folder that are named as `picture_names` does."""
    return sorted(path for path in folder.iterdir() if _NAME.fullmatch(path.name))


def write_pictures(
    folder: Path,
    images: Sequence[WorstImage],
    classes: Sequence[SemanticClass],
    kinds: Sequence[str],
) -> None:
    """Write a PNG for each image, in place of the earlier pictures of the folder."""
    for path in earlier_pictures(folder):
        _remove(path)
    for name, image in zip(picture_names(images), images, strict=True):
        save_png(folder / name, diagnosis_picture(image, classes, kinds)[..., ::-1])


def _remove(path: Path) -> None:
    try:
        path.unlink()
    except OSError as error:
        raise HydranetError(f"cannot remove '{path}': {error.strerror}.") from error


def diagnosis_picture(
    image: WorstImage, classes: Sequence[SemanticClass], kinds: Sequence[str]
) -> Picture:
    """Compose image, truth, prediction, kinds of error, relative entropy and probability.

    classes: of the ids in the image. kinds: those that were told apart. Returns uint8
    (H', W', 3) RGB with a legend below.
    """
    taken = {tuple(one.color) for one in classes}
    palette = np.empty((256, 3), np.uint8)
    palette[:] = next(colour for colour in _NONES if colour not in taken)
    for label, one in enumerate(classes):
        palette[label] = one.color
    share = 100 * image.wrong / image.labelled
    panels = [
        ('image', image.rgb, cv2.INTER_AREA),
        ('truth', palette[image.truth], cv2.INTER_NEAREST),
        ('prediction', palette[image.predicted], cv2.INTER_NEAREST),
        (f'wrong: {share:.1f} % of the labelled pixels', _kinds(image), cv2.INTER_NEAREST),
        ('relative entropy', _ramp(image.entropy), cv2.INTER_LINEAR),
        ('relative probability (2nd / 1st)', _ramp(image.probability), cv2.INTER_LINEAR),
    ]
    width = min(max(image.rgb.shape[1], _NARROWEST), _WIDEST)
    height = max(round(image.rgb.shape[0] * width / image.rgb.shape[1]), 1)
    whole = _COLUMNS * (width + _GAP) - _GAP
    foot = _foot(image, classes, palette, kinds, whole)
    rows = len(panels) // _COLUMNS
    sheet = np.empty((ROW + rows * (ROW + height), whole, 3), np.uint8)
    sheet[:] = PAPER
    write(sheet, image.name, (MARGIN, 0), whole - 2 * MARGIN, ROW)
    for number, (title, picture, method) in enumerate(panels):
        left = number % _COLUMNS * (width + _GAP)
        top = ROW + number // _COLUMNS * (ROW + height)
        write(sheet, title, (left + MARGIN, top), width - 2 * MARGIN, ROW)
        target = sheet[top + ROW : top + ROW + height, left : left + width]
        if picture.shape[1] < width:
            method = cv2.INTER_NEAREST
        cv2.resize(picture, (width, height), dst=target, interpolation=method)
    return np.concatenate([sheet, foot])


def _kinds(image: WorstImage) -> Picture:
    """Paint the wrong pixels over a dark grey image; unlabelled ones are black."""
    grey = cv2.cvtColor(image.rgb, cv2.COLOR_RGB2GRAY) // 3 + 20
    painted = np.repeat(grey[..., None], 3, axis=2)
    for number, kind in enumerate(KINDS):
        painted[image.kinds == number] = _COLOURS[kind]
    painted[image.kinds == IGNORE] = 0
    return np.asarray(painted, np.uint8)


def _ramp(level: npt.NDArray[np.uint8]) -> Picture:
    coloured = cv2.applyColorMap(level, cv2.COLORMAP_INFERNO)
    return np.asarray(cv2.cvtColor(coloured, cv2.COLOR_BGR2RGB), np.uint8)


def _foot(
    image: WorstImage,
    classes: Sequence[SemanticClass],
    palette: Picture,
    kinds: Sequence[str],
    width: int,
) -> Picture:
    """Draw the legend: the kinds and the scale in a row, the classes in sight below."""
    present = np.union1d(image.truth, image.predicted)
    shown = [label for label in range(len(classes)) if label in present]
    names = [classes[label].name for label in shown]
    if IGNORE in present:
        shown.append(IGNORE)
        names.append(_NONE)
    places = legend_places(names, width)
    foot = np.empty(((places[-1][1] + 2) * ROW + MARGIN, width, 3), np.uint8)
    foot[:] = PAPER
    told = [kind for kind in KINDS if kind.value in kinds]
    counts = np.bincount(image.kinds.ravel(), minlength=256)
    wrong = counts[:CORRECT].sum()
    labels = [f'{one.value} {100 * counts[KINDS.index(one)] / wrong:.0f} %' for one in told]
    colours = np.array([_COLOURS[one] for one in told], np.uint8)
    left = 2 * width // _COLUMNS
    draw_legend(foot, labels, colours, legend_places(labels, left))
    bar = np.linspace(0, 255, width - left - 8 * MARGIN).astype(np.uint8)[None]
    start = left + 3 * MARGIN
    foot[MARGIN : MARGIN + 16, start : start + bar.shape[1]] = _ramp(bar)
    write(foot, '0', (left + MARGIN, MARGIN // 2), 2 * MARGIN, ROW, scale=0.45)
    write(foot, '1', (start + bar.shape[1] + MARGIN, MARGIN // 2), 2 * MARGIN, ROW, scale=0.45)
    draw_legend(foot[ROW:], names, palette[shown], places)
    return foot
