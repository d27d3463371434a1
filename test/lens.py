# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Cards of the shipped network that state another camera or another range of depth."""

from pathlib import Path

import yaml

from hydranet_ros.zoo import load_card


def write_lens_card(folder: Path, focal_length_px: float | None, **depth: object) -> Path:
    """Write a card whose metres are those of a camera of that focal length; return its path."""
    shipped = load_card('street')
    card = yaml.safe_load(shipped.path.read_text(encoding='utf-8'))
    card['depth'] |= {'focal_length_px': focal_length_px, **depth}
    path = folder / 'lens.yaml'
    path.write_text(yaml.safe_dump(card), encoding='utf-8')
    weights = folder / shipped.weights.location
    if not weights.exists():
        weights.symlink_to(shipped.path.parent / shipped.weights.location)
    return path
