# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Cards of the shipped network that state another camera or another range of depth."""

from pathlib import Path

import onnx
from onnx import numpy_helper
import yaml

from hydranet_ros.zoo import load_card
from hydranet_ros.zoo.model_file import load_onnx

DEPTH_BIAS = 'heads.depth.out.bias'


def write_lens_card(
    folder: Path, focal_length_px: float | None, *, lift_m: float = 0.0, **depth: object
) -> Path:
    """Write a card whose metres are those of a camera of that focal length; return its path.

    lift_m: what is added to all raw depths. The absolute value that is taken of them is linear
    where none is negative.
    """
    shipped = load_card('street')
    weights = folder / shipped.weights.location
    model = load_onnx(shipped.path.parent / shipped.weights.location)
    (bias,) = (one for one in model.graph.initializer if one.name == DEPTH_BIAS)
    bias.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(bias) + lift_m, DEPTH_BIAS))
    onnx.save(model, weights)
    card = yaml.safe_load(shipped.path.read_text(encoding='utf-8'))
    card['depth'] |= {'focal_length_px': focal_length_px, **depth}
    card['weights']['sha256'] = None
    path = folder / 'lens.yaml'
    path.write_text(yaml.safe_dump(card), encoding='utf-8')
    return path
