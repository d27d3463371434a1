# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Model files and cards of searched networks, with golden weights, each made once."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml

from hydranet_ros.zoo import load_card
from hydranet_ros.zoo.card_types import ModelCard

# every operation that a published genotype has; strides 8, 8, 4 and 4
GOLDEN = ['fastnas_arch2_segm', 'fastnas_arch1_depth', 'templatenas_arch0_cs']
GOLDEN += ['templatenas_arch1_cv']
_folder = TemporaryDirectory(prefix='searched-models-')


@cache
def searched_card(golden: str) -> ModelCard:
    """Make the model file of a golden network and a card beside it."""
    from hydranet_ros.zoo.import_model_file import export_model_file  # needs torch
    from test.golden.networks import golden_network

    network = golden_network(golden)
    file = export_model_file(network, Path(_folder.name) / f'{golden}.onnx', name=golden)
    heads = {task: head.out.out_channels for task, head in network.heads.items()}
    content = {
        'title': 'a network of the tests',
        'architecture': network.architecture,
        'options': network.options.chosen(),
        'tasks': list(heads),
        'mean': [0.485, 0.456, 0.406],
        'std': [0.229, 0.224, 0.225],
        **dict.fromkeys(('training_data', 'licence', 'licence_note'), 'none'),
        'weights': {'location': file.name},
    }
    if 'semantic' in heads:
        numbers = range(heads['semantic'])
        content['classes'] = [{'name': f'class {i}', 'color': [i, 0, 0]} for i in numbers]
    if 'depth' in heads:
        limits = {'min_m': 0.0, 'max_m': 1e6, 'metric': True, 'focal_length_px': None}
        content['depth'] = limits
    path = file.with_suffix('.yaml')
    path.write_text(yaml.safe_dump(content))
    return load_card(path)
