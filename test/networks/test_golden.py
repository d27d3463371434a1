# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Our network against outputs of the official one, for deterministic weights.

It does not verify the published weights: those are downloaded by the user.
"""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from hydranet_ros.errors import HydranetError
from hydranet_ros.zoo.import_official import from_official
from test.golden import fill

CASES = ['multitask_kitti', 'multitask_nyud', 'multitask_nyud_normals', 'multitask_nyud_kitti']


def official_state(case: dict) -> dict[str, torch.Tensor]:
    return {k: torch.from_numpy(fill.tensor(k, tuple(s))) for k, s in case['keys'].items()}


def relative_error(name: str, golden_dir: Path) -> float:
    case = json.loads((golden_dir / f'{name}.json').read_text())
    golden = np.load(golden_dir / f'{name}.npz')
    network = from_official(case['family'], official_state(case))
    assert sum(p.numel() for p in network.parameters()) == case['parameters']
    with torch.inference_mode():
        outputs = network(torch.from_numpy(fill.image(tuple(case['input_shape']))))
    assert list(outputs) == case['tasks']
    errors = []
    for i, task in enumerate(case['tasks']):
        expected = golden[f'out{i}']
        assert outputs[task].shape == expected.shape
        errors.append(np.abs(outputs[task].numpy() - expected).max() / np.abs(expected).max())
    return max(errors)


@pytest.mark.parametrize('name', CASES)
def test_outputs_match_official(name: str, golden_dir: Path) -> None:
    error = relative_error(name, golden_dir)
    print(f'{name}: worst relative error {error:.2e}')
    assert error <= 1e-4


def test_batch_counters_may_be_missing(golden_dir: Path) -> None:
    case = json.loads((golden_dir / 'multitask_kitti.json').read_text())
    state = official_state(case)
    from_official('multitask', {k: v for k, v in state.items() if 'num_batches' not in k})


def test_wrong_state_dicts_are_named(golden_dir: Path) -> None:
    case = json.loads((golden_dir / 'multitask_kitti.json').read_text())
    state = official_state(case)
    with pytest.raises(HydranetError, match='known: multitask'):
        from_official('resnet', state)
    with pytest.raises(HydranetError, match='no checkpoint of the multi-task network'):
        from_official('multitask', {'fc.weight': torch.zeros(1)})
    with pytest.raises(HydranetError, match="'stranger'"):
        from_official('multitask', {**state, 'stranger': torch.zeros(1)})
    del state['crp1.0.2_outvar_dimred.weight']
    with pytest.raises(HydranetError, match=r'crp1\.convs\.1\.weight'):
        from_official('multitask', state)
