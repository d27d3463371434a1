# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The classes of the public data sets, with the colours that they are usually shown in."""

from collections.abc import Sequence

from hydranet_ros.training.recipe_fields import Reader
from hydranet_ros.zoo.card_types import SemanticClass

_MOST = 255  # ids of 8 bits, of which the last means none


def interleaved_colour(index: int) -> tuple[int, int, int]:
    """Return colour number `index` of Pascal VOC's palette: the bits of the number, dealt out."""
    channels = [0, 0, 0]
    for bit in range(8):
        for channel in range(3):
            channels[channel] |= (index >> (3 * bit + channel) & 1) << (7 - bit)
    return channels[0], channels[1], channels[2]


def check_classes(classes: Sequence[SemanticClass], reader: Reader) -> None:
    """Refuse too many classes for labels, a name that two have, and a colour that is none."""
    if len(classes) > _MOST:
        reader.refuse('classes', f'must be at most {_MOST}')
    seen: set[str] = set()
    for place, item in enumerate(classes):
        if item.name in seen:
            reader.refuse(f'classes[{place}].name', f'is {item.name}, which another class has')
        if max(item.color) > 255:
            reader.refuse(f'classes[{place}].color', 'must be three numbers 0 to 255')
        seen.add(item.name)


def _numbered(names: str, first: int) -> tuple[SemanticClass, ...]:
    listed = enumerate(names.split(', '), first)
    return tuple(SemanticClass(name, interleaved_colour(index)) for index, name in listed)


# Brostow et al. 2009, grouped as in SegNet.
CAMVID = (
    SemanticClass('sky', (128, 128, 128)),
    SemanticClass('building', (128, 0, 0)),
    SemanticClass('pole', (192, 192, 128)),
    SemanticClass('road', (128, 64, 128)),
    SemanticClass('pavement', (0, 0, 192)),
    SemanticClass('tree', (128, 128, 0)),
    SemanticClass('sign', (192, 128, 128)),
    SemanticClass('fence', (64, 64, 128)),
    SemanticClass('car', (64, 0, 128)),
    SemanticClass('pedestrian', (64, 64, 0)),
    SemanticClass('bicyclist', (0, 128, 192)),
)

# Cordts et al. 2016: the 19 classes that are evaluated, in the order of their train ids.
CITYSCAPES = (
    SemanticClass('road', (128, 64, 128)),
    SemanticClass('sidewalk', (244, 35, 232)),
    SemanticClass('building', (70, 70, 70)),
    SemanticClass('wall', (102, 102, 156)),
    SemanticClass('fence', (190, 153, 153)),
    SemanticClass('pole', (153, 153, 153)),
    SemanticClass('traffic light', (250, 170, 30)),
    SemanticClass('traffic sign', (220, 220, 0)),
    SemanticClass('vegetation', (107, 142, 35)),
    SemanticClass('terrain', (152, 251, 152)),
    SemanticClass('sky', (70, 130, 180)),
    SemanticClass('person', (220, 20, 60)),
    SemanticClass('rider', (255, 0, 0)),
    SemanticClass('car', (0, 0, 142)),
    SemanticClass('truck', (0, 0, 70)),
    SemanticClass('bus', (0, 60, 100)),
    SemanticClass('train', (0, 80, 100)),
    SemanticClass('motorcycle', (0, 0, 230)),
    SemanticClass('bicycle', (119, 11, 32)),
)

# Everingham et al. 2010.
VOC = _numbered(
    'background, aeroplane, bicycle, bird, boat, bottle, bus, car, cat, chair, cow, dining table, '
    'dog, horse, motorbike, person, potted plant, sheep, sofa, train, tv monitor',
    first=0,
)

# Gupta et al. 2013, without their class 0 (unlabelled).
NYUDV2 = _numbered(
    'wall, floor, cabinet, bed, chair, sofa, table, door, window, bookshelf, picture, counter, '
    'blinds, desk, shelves, curtain, dresser, pillow, mirror, floor mat, clothes, ceiling, books, '
    'refrigerator, television, paper, towel, shower curtain, box, whiteboard, person, '
    'night stand, toilet, sink, lamp, bathtub, bag, otherstructure, otherfurniture, otherprop',
    first=1,
)

BY_DATA_SET = {'camvid': CAMVID, 'cityscapes': CITYSCAPES, 'voc': VOC, 'nyudv2': NYUDV2}
