# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Cards of the shipped untrained network that state what it was never trained with."""

from pathlib import Path

import yaml

from hydranet_ros.resources import models_dir


def write_lens_card(folder: Path, focal_length_px: float | None, **depth: object) -> Path:
    """Write a card whose metres are those of a camera of that focal length; return its path."""
    card = yaml.safe_load((models_dir() / 'untrained.yaml').read_text(encoding='utf-8'))
    card['depth'] |= {'metric': True, 'focal_length_px': focal_length_px, **depth}
    path = folder / 'lens.yaml'
    path.write_text(yaml.safe_dump(card), encoding='utf-8')
    weights = folder / 'untrained'
    if not weights.exists():
        weights.symlink_to(models_dir() / 'untrained')
    return path
