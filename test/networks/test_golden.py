# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Our network against outputs of the official one, for deterministic weights.

It does not verify the published weights: those are downloaded by the user.
"""

import numpy as np
import pytest
import torch

from hydranet_ros.errors import HydranetError
from hydranet_ros.zoo.import_official import from_official
from test.golden import fill
from test.golden.networks import golden_case
from test.golden.networks import golden_network
from test.golden.networks import golden_outputs
from test.golden.networks import official_state

CASES = [
    'multitask_kitti',
    'multitask_nyud',
    'multitask_nyud_normals',
    'multitask_nyud_kitti',
    'lwrf_mobilenet_v2_voc',
    'lwrf_resnet50_voc',
    'lwrf_resnet101_voc',
    'lwrf_resnet152_voc',
    *(f'fastnas_arch{i}_{task}' for i in (0, 1, 2) for task in ('segm', 'depth')),
    *(f'templatenas_arch{i}_{data}' for i in (0, 1) for data in ('cs', 'cv')),
]


@pytest.mark.parametrize('name', CASES)
def test_outputs_match_official(name: str) -> None:
    case = golden_case(name)
    network = golden_network(name)
    assert sum(p.numel() for p in network.parameters()) == case['parameters']
    with torch.inference_mode():
        outputs = network(torch.from_numpy(fill.image(tuple(case['input_shape']))))
    assert list(outputs) == case['tasks']
    for task, expected in golden_outputs(name).items():
        assert outputs[task].shape == expected.shape
        error = np.abs(outputs[task].numpy() - expected).max() / np.abs(expected).max()
        print(f'{name} {task}: relative error {error:.2e}')
        assert error <= 1e-4


def test_batch_counters_may_be_missing() -> None:
    state = official_state('multitask_kitti')
    from_official('multitask', {k: v for k, v in state.items() if 'num_batches' not in k})


def test_wrong_state_dicts_are_named() -> None:
    state = official_state('multitask_kitti')
    with pytest.raises(HydranetError, match='known: multitask'):
        from_official('resnet', state)
    with pytest.raises(HydranetError, match='no checkpoint of the multi-task network'):
        from_official('multitask', {'fc.weight': torch.zeros(1)})
    with pytest.raises(HydranetError, match="'stranger'"):
        from_official('multitask', {**state, 'stranger': torch.zeros(1)})
    del state['crp1.0.2_outvar_dimred.weight']
    with pytest.raises(HydranetError, match=r'crp1\.convs\.1\.weight'):
        from_official('multitask', state)
