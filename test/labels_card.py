# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""A card of the shipped network without its depth, and with another name for a class."""

import json
from pathlib import Path

import onnx
import yaml

from hydranet_ros.zoo import load_card
from hydranet_ros.zoo.model_file import load_onnx

RENAMED = ('sky', 'heaven')


def write_labels_card(folder: Path) -> Path:
    """Write card and model file; return the card's path."""
    shipped = load_card('street')
    model = load_onnx(shipped.path.parent / shipped.weights.location)
    kept = [one for one in model.graph.output if one.name == 'semantic']
    del model.graph.output[:]
    model.graph.output.extend(kept)
    heads = next(one for one in model.metadata_props if one.key.endswith('heads'))
    heads.value = json.dumps({'semantic': json.loads(heads.value)['semantic']})
    onnx.save(model, folder / shipped.weights.location)
    card = yaml.safe_load(shipped.path.read_text(encoding='utf-8'))
    card['tasks'] = ['semantic']
    del card['depth']
    for one in card['classes']:
        one['name'] = RENAMED[1] if one['name'] == RENAMED[0] else one['name']
    card['weights']['sha256'] = None
    path = folder / 'labels.yaml'
    path.write_text(yaml.safe_dump(card), encoding='utf-8')
    return path
