# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The networks of the golden outputs, filled with their deterministic weights."""

import json
from pathlib import Path

import numpy as np
import torch
from torch import nn

from hydranet_ros.zoo.import_official import from_official
from test.golden import fill

FOLDER = Path(__file__).resolve().parent


def golden_case(name: str) -> dict:
    return json.loads((FOLDER / f'{name}.json').read_text())


def golden_outputs(name: str) -> dict[str, np.ndarray]:
    with np.load(FOLDER / f'{name}.npz') as stored:
        return {task: stored[f'out{i}'] for i, task in enumerate(golden_case(name)['tasks'])}


def official_state(name: str) -> dict[str, torch.Tensor]:
    """Fill a state dict under the official keys."""
    keys = golden_case(name)['keys']
    return {key: torch.from_numpy(fill.tensor(key, tuple(shape))) for key, shape in keys.items()}


def golden_network(name: str) -> nn.Module:
    return from_official(golden_case(name)['family'], official_state(name))
