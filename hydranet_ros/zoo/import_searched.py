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

_AUXILIARY = 'auxiliary.'
_CELL = 'auxiliary.0.cell.'
_log = logging.getLogger(__name__)


def searched_network(
    family: Family, channels: int, renamed: Mapping[str, Tensor], genotype: str | None
) -> nn.Module:
    """Build a searched network and load a state dict, under our keys but with one task 'semantic'.

    channels: of its head; one is of depth. genotype: None finds the published one by the keys.
    HydranetError where none has these, or the state dict does not fit the genotype given.
    """
    task = 'depth' if channels == 1 else 'semantic'
    state = {
        key.replace('heads.semantic.', f'heads.{task}.'): _as_stored(key, value)
        for key, value in renamed.items()
    }
    heads = {task: channels}
    if genotype is None:
        genotype = _recognised(family, heads, state)
        _log.info('the keys are those of the published genotype %s', genotype)
    network = _with_auxiliary(family, heads, state, genotype)
    load_renamed(network, state)
    return network


def _as_stored(key: str, value: Tensor) -> Tensor:
    """Give factors of channels the form in which they are multiplied by."""
    return value[:, None, None] if '.scales.' in key else value


def _with_auxiliary(
    family: Family, heads: Mapping[str, int], state: Mapping[str, Tensor], genotype: str
) -> nn.Module:
    network = build_network(family.architecture, heads, NetworkOptions(genotype=genotype))
    if isinstance(network, FastNas) and any(key.startswith(_AUXILIARY) for key in state):
        network.add_auxiliary(cell=any(key.startswith(_CELL) for key in state))
    return network


def _recognised(family: Family, heads: Mapping[str, int], state: Mapping[str, Tensor]) -> str:
    found = _shapes(state)
    for genotype in family.genotypes:
        with torch.device('meta'):
            network = _with_auxiliary(family, heads, state, genotype)
        if _shapes(network.state_dict()) == found:
            return genotype
    raise HydranetError(
        f'The keys of this checkpoint of the {family.title} are those of no published genotype '
        f'({", ".join(family.genotypes)}); name its own with --genotype.'
    )


def _shapes(state: Mapping[str, Tensor]) -> dict[str, torch.Size]:
    return {key: value.shape for key, value in state.items() if not key.endswith(COUNTER)}
