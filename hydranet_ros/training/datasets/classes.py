# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The classes of the public data sets, with the colours that they are usually shown in."""

from hydranet_ros.zoo.card_types import SemanticClass

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
