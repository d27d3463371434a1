# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Networks from the state dicts of the authors' repositories.

Only the layout of the keys is theirs; the table below is the whole difference to our names.
"""

from collections.abc import Mapping
import re

from torch import nn
from torch import Tensor

from hydranet_ros.errors import HydranetError
from hydranet_ros.networks.multitask_refinenet import MultiTaskRefineNet

# DrSleep/multi-task-refinenet, src/models.py: (their key, ours). Tried in order, whole prefix.
_STEPS = {'0': 'expand', '1': 'depthwise', '2': 'project'}
_LAYERS = {'0': 'conv', '1': 'bn'}
_MULTITASK: tuple[tuple[str, str], ...] = (
    (r'layer1\.0\.', 'encoder.stem.conv.'),
    (r'layer1\.1\.', 'encoder.stem.bn.'),
    (
        r'layer([2-8])\.(\d+)\.output\.([012])\.([01])\.',
        'encoder.stages.{stage}.{1}.{step}.{layer}.',
    ),
    (r'conv([3-8])\.', 'lateral{0}.'),
    (r'crp([1-4])\.0\.([1-4])_outvar_dimred\.', 'crp{0}.convs.{below}.'),
    (r'conv_adapt([2-4])\.', 'adapt{0}.'),
    (r'pre_segm\.', 'heads.semantic.pre.'),
    (r'segm\.', 'heads.semantic.out.'),
    (r'pre_depth\.', 'heads.depth.pre.'),
    (r'depth\.', 'heads.depth.out.'),
    (r'pre_normal\.', 'heads.normals.pre.'),
    (r'normal\.', 'heads.normals.out.'),
)
_HEADS = (('semantic', 'segm'), ('depth', 'depth'), ('normals', 'normal'))


def from_official(
    family: str, state_dict: Mapping[str, Tensor], genotype: object | None = None
) -> nn.Module:
    """Build the network of `family` and load `state_dict`, given under the official keys.

    Families: 'multitask'. Tasks and class counts are read from the state dict; `genotype` is for
    families that were found by a search. Batch counters may be missing. The module is in eval
    mode. Raises HydranetError, naming the keys, where the dict is not of that family.
    """
    if family != 'multitask':
        raise HydranetError(f"No official family '{family}'; known: multitask.")
    if genotype is not None:
        raise HydranetError('The multitask family has no genotype; leave it out.')
    heads = {
        task: state_dict[f'{key}.weight'].shape[0]
        for task, key in _HEADS
        if f'{key}.weight' in state_dict
    }
    if not heads:
        raise HydranetError(
            'This is no checkpoint of the multi-task network: it has none of the head weights '
            'segm.weight, depth.weight, normal.weight.'
        )
    network = MultiTaskRefineNet(heads)
    load_renamed(network, {our_key(key): value for key, value in state_dict.items()})
    return network.eval()


def our_key(official: str) -> str:
    """Translate a key of the official multi-task network into ours."""
    for pattern, ours in _MULTITASK:
        match = re.match(pattern, official)
        if match:
            return _fill(ours, match.groups()) + official[match.end() :]
    raise HydranetError(f"The key '{official}' is not one of the official multi-task network.")


def load_renamed(network: nn.Module, state_dict: Mapping[str, Tensor]) -> None:
    """Load strictly, but for batch counters, which old checkpoints lack."""
    try:
        missing, unexpected = network.load_state_dict(dict(state_dict), strict=False)
    except RuntimeError as error:
        raise HydranetError(f'The checkpoint does not fit the network: {error}') from error
    missing = [key for key in missing if not key.endswith('num_batches_tracked')]
    if missing or unexpected:
        raise HydranetError(
            f'The checkpoint does not fit the network: missing {missing[:5]} ({len(missing)}), '
            f'unknown {unexpected[:5]} ({len(unexpected)}).'
        )


def _fill(ours: str, groups: tuple[str, ...]) -> str:
    names = {}
    if '{stage}' in ours:
        names = {
            'stage': int(groups[0]) - 2,
            'step': _STEPS[groups[2]],
            'layer': _LAYERS[groups[3]],
        }
    elif '{below}' in ours:
        names = {'below': int(groups[1]) - 1}
    return ours.format(*groups, **names)
