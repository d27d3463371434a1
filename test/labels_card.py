# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Cards of the shipped network with one of its tasks."""

import json
from pathlib import Path

import onnx
import yaml

from hydranet_ros.zoo import load_card
from hydranet_ros.zoo.model_file import load_onnx

RENAMED = ('sky', 'heaven')


def write_single_task_card(folder: Path, task: str) -> Path:
    """Write card and model file of one task, `semantic` or `depth`; return the card's path."""
    shipped = load_card('street')
    model = load_onnx(shipped.path.parent / shipped.weights.location)
    kept = [one for one in model.graph.output if one.name == task]
    del model.graph.output[:]
    model.graph.output.extend(kept)
    heads = next(one for one in model.metadata_props if one.key.endswith('heads'))
    heads.value = json.dumps({task: json.loads(heads.value)[task]})
    onnx.save(model, folder / shipped.weights.location)
    card = yaml.safe_load(shipped.path.read_text(encoding='utf-8'))
    card['tasks'] = [task]
    del card['depth' if task == 'semantic' else 'classes']
    card['weights']['sha256'] = None
    path = folder / f'{task}.yaml'
    path.write_text(yaml.safe_dump(card), encoding='utf-8')
    return path


def write_labels_card(folder: Path) -> Path:
    """Write the card without depth, a class renamed, and its model file; return its path."""
    written = write_single_task_card(folder, 'semantic')
    card = yaml.safe_load(written.read_text(encoding='utf-8'))
    for one in card['classes']:
        one['name'] = RENAMED[1] if one['name'] == RENAMED[0] else one['name']
    path = folder / 'labels.yaml'
    path.write_text(yaml.safe_dump(card), encoding='utf-8')
    written.unlink()
    return path
