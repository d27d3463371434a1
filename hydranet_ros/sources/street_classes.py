# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""CamVid's 11 classes (Brostow et al. 2009, grouped as in SegNet), which the street is made of."""

from enum import IntEnum


class Class(IntEnum):
    """Name the class ids of the street's true labels."""

    SKY = 0
    BUILDING = 1
    POLE = 2
    ROAD = 3
    PAVEMENT = 4
    TREE = 5
    SIGN = 6
    FENCE = 7
    CAR = 8
    PEDESTRIAN = 9
    BICYCLIST = 10
