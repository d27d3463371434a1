# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Searched networks from the state dicts of DrSleep/nas-segm-pytorch."""

from collections.abc import Mapping
import logging

import torch
from torch import nn
from torch import Tensor

from hydranet_ros.errors import HydranetError
from hydranet_ros.networks.architectures import build_network
from hydranet_ros.networks.fast_nas import FastNas
from hydranet_ros.networks.options import NetworkOptions
from hydranet_ros.zoo.import_state_dict import COUNTER
from hydranet_ros.zoo.import_state_dict import load_renamed
from hydranet_ros.zoo.official_keys import Family

_DECODER = 'decoder.'
_AUXILIARY = 'auxiliary.'
_CELL_OF_FIRST = 'auxiliary.0.cell.'
_log = logging.getLogger(__name__)


def searched_network(
    family: Family, channels: int, renamed: Mapping[str, Tensor], genotype: str | None
) -> nn.Module:
    """Build a searched network and load a state dict, under our keys but with one task 'semantic'.

    channels: of its head; one is taken for depth. genotype: None finds the published one by the
    decoder's keys. Auxiliary classifiers are left out unless there is one of each block.
    HydranetError where none has these keys, or the state dict does not fit the genotype.
    """
    task = 'depth' if channels == 1 else 'semantic'
    if task == 'depth':
        _log.info('the head has one channel: it is taken for depth')
    state = {
        key.replace('heads.semantic.', f'heads.{task}.'): _as_stored(key, value)
        for key, value in renamed.items()
    }
    heads = {task: channels}
    if genotype is None:
        genotype = _recognised(family, heads, state)
        _log.info('the keys are those of the published genotype %s', genotype)
    network = build_network(family.architecture, heads, NetworkOptions(genotype=genotype))
    stated = _shapes(state, _AUXILIARY)
    if isinstance(network, FastNas) and stated:
        network.add_auxiliary(cell=any(key.startswith(_CELL_OF_FIRST) for key in stated))
        if _shapes(network.state_dict(), _AUXILIARY) != stated:
            _log.warning('the auxiliary classifiers, of training alone, do not fit: left out')
            network.auxiliary = nn.ModuleList()
            state = {k: v for k, v in state.items() if not k.startswith(_AUXILIARY)}
    load_renamed(network, state)
    return network


def _as_stored(key: str, value: Tensor) -> Tensor:
    """Give factors of channels the form in which they are multiplied by."""
    return value.reshape(-1, 1, 1) if '.scales.' in key and value.ndim <= 1 else value


def _recognised(family: Family, heads: Mapping[str, int], state: Mapping[str, Tensor]) -> str:
    found = _shapes(state, _DECODER)
    for genotype in family.genotypes:
        with torch.device('meta'):
            network = build_network(family.architecture, heads, NetworkOptions(genotype=genotype))
        if _shapes(network.state_dict(), _DECODER) == found:
            return genotype
    raise HydranetError(
        f'The keys of the decoder in this checkpoint of the {family.title} are those of no '
        f'published genotype ({", ".join(family.genotypes)}); name its own with --genotype.'
    )


def _shapes(state: Mapping[str, Tensor], prefix: str) -> dict[str, torch.Size]:
    return {
        key: value.shape
        for key, value in state.items()
        if key.startswith(prefix) and not key.endswith(COUNTER)
    }
