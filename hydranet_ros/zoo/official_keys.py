# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""How the authors' repositories name what our networks hold: the whole difference to them.

A table has pairs of their prefix (a pattern) and ours, or what makes it of the pattern's groups,
tried in order.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
import re

from hydranet_ros.errors import HydranetError
from hydranet_ros.networks.fast_nas_genotype import PUBLISHED as FAST_NAS_GENOTYPES
from hydranet_ros.networks.template_nas_genotype import PUBLISHED as TEMPLATE_NAS_GENOTYPES
from hydranet_ros.zoo import searched_keys

DEFAULT_FAMILY = 'multitask'
_STEPS = {'0': 'expand', '1': 'depthwise', '2': 'project'}
_LAYERS = {'0': 'conv', '1': 'bn'}
Table = tuple[tuple[str, str | Callable[..., str]], ...]


@dataclass(frozen=True)
class Family:
    """A format of checkpoints: the architecture, its keys, and the keys of the tasks' heads.

    genotypes: the published ones of a searched network, none of others.
    """

    title: str
    architecture: str
    table: Table
    heads: tuple[tuple[str, str], ...]
    genotypes: tuple[str, ...] = ()

    def our_key(self, official: str) -> str:
        """Translate an official key into ours; HydranetError where it is none of the family."""
        for pattern, ours in self.table:
            match = re.match(pattern, official)
            if match:
                prefix = ours(*match.groups()) if callable(ours) else _fill(ours, match.groups())
                return prefix + official[match.end() :]
        raise HydranetError(f"The key '{official}' is not one of the official {self.title}.")


# DrSleep/multi-task-refinenet, src/models.py; DrSleep/light-weight-refinenet, models/mobilenet.py.
_MOBILENET_TRUNK: Table = (
    (r'layer1\.0\.', 'encoder.stem.conv.'),
    (r'layer1\.1\.', 'encoder.stem.bn.'),
    (
        r'layer([2-8])\.(\d+)\.output\.([012])\.([01])\.',
        'encoder.stages.{stage}.{1}.{step}.{layer}.',
    ),
    (r'conv([3-8])\.', 'lateral{0}.'),
    (r'crp([1-4])\.0\.([1-4])_outvar_dimred\.', 'crp{0}.convs.{below}.'),
    (r'conv_adapt([2-4])\.', 'adapt{0}.'),
)
_TASK_HEADS: Table = (
    (r'pre_segm\.', 'heads.semantic.pre.'),
    (r'segm\.', 'heads.semantic.out.'),
    (r'pre_depth\.', 'heads.depth.pre.'),
    (r'depth\.', 'heads.depth.out.'),
    (r'pre_normal\.', 'heads.normals.pre.'),
    (r'normal\.', 'heads.normals.out.'),
)
# DrSleep/light-weight-refinenet, models/resnet.py: they count refinements from 1.
_RESNET: Table = (
    (r'(conv1|bn1|layer[1-4]\.\d+)\.', 'encoder.{0}.'),
    (r'p_ims1d2_outl([1-4])_dimred\.', 'decoder.refinements.{before}.lateral.'),
    (
        r'adapt_stage([2-4])_b2_joint_varout_dimred\.',
        'decoder.refinements.{before}.adapt.',
    ),
    (
        r'mflow_conv_g([1-4])_pool\.0\.([1-4])_outvar_dimred\.',
        'decoder.refinements.{before}.crp.convs.{below}.',
    ),
    (r'mflow_conv_g([1-3])_b3_joint_varout_dimred\.', 'decoder.refinements.{before}.merge.'),
    (r'clf_conv\.', 'heads.semantic.out.'),
)

FAMILIES = {
    DEFAULT_FAMILY: Family(
        'multi-task network',
        'multitask_refinenet',
        _MOBILENET_TRUNK + _TASK_HEADS,
        (('semantic', 'segm'), ('depth', 'depth'), ('normals', 'normal')),
    ),
    'light_weight_refinenet_mobilenet_v2': Family(
        'Light-Weight RefineNet with MobileNet-v2',
        'light_weight_refinenet_mobilenet_v2',
        (*_MOBILENET_TRUNK, _TASK_HEADS[1]),
        (('semantic', 'segm'),),
    ),
    **{
        f'light_weight_refinenet_resnet{depth}': Family(
            f'Light-Weight RefineNet with ResNet-{depth}',
            f'light_weight_refinenet_resnet{depth}',
            _RESNET,
            (('semantic', 'clf_conv'),),
        )
        for depth in (50, 101, 152)
    },
    'fast_nas': Family(
        'network of auxiliary cells',
        'fast_nas',
        searched_keys.FAST_NAS,
        (('semantic', searched_keys.HEAD),),
        tuple(FAST_NAS_GENOTYPES),
    ),
    'template_nas': Family(
        'network of templates',
        'template_nas',
        searched_keys.TEMPLATE_NAS,
        (('semantic', searched_keys.HEAD),),
        tuple(TEMPLATE_NAS_GENOTYPES),
    ),
}


def _fill(ours: str, groups: tuple[str, ...]) -> str:
    names: dict[str, int | str] = {}
    if '{stage}' in ours:
        names = {
            'stage': int(groups[0]) - 2,
            'step': _STEPS[groups[2]],
            'layer': _LAYERS[groups[3]],
        }
    if '{before}' in ours:
        names['before'] = int(groups[0]) - 1
    if '{below}' in ours:
        names['below'] = int(groups[1]) - 1
    return ours.format(*groups, **names)
