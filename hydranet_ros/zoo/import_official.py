# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Networks from the state dicts of the authors' repositories."""

from collections.abc import Mapping

from torch import nn
from torch import Tensor

from hydranet_ros.errors import HydranetError
from hydranet_ros.networks.architectures import build_network
from hydranet_ros.zoo.import_searched import searched_network
from hydranet_ros.zoo.import_state_dict import load_renamed
from hydranet_ros.zoo.official_keys import FAMILIES


def from_official(
    family: str, state_dict: Mapping[str, Tensor], genotype: str | None = None
) -> nn.Module:
    """Build the network of `family` and load `state_dict`, given under the official keys.

    Families: those of `official_keys`. Tasks and class counts are read from the state dict;
    `genotype` is for families that were found by a search: a name or numbers as text, None for
    the published one that has these keys. Batch counters may be missing. Auxiliary classifiers
    are loaded too where there is one of each block. The module is in eval mode. Raises
    HydranetError, naming the keys, where the dict is not of that family.
    """
    known = FAMILIES.get(family)
    if known is None:
        raise HydranetError(f"No official family '{family}'; known: {', '.join(FAMILIES)}.")
    if genotype is not None and not known.genotypes:
        raise HydranetError(f'The family {family} has no genotype; leave it out.')
    heads = {
        task: weight.shape[0]
        for task, key in known.heads
        if (weight := state_dict.get(f'{key}.weight')) is not None and weight.ndim == 4
    }
    if not heads:
        raise HydranetError(
            f'This is no checkpoint of the {known.title}: it has no head, '
            f'{" or ".join(f"{key}.weight" for _, key in known.heads)}.'
        )
    renamed = {known.our_key(key): value for key, value in state_dict.items()}
    if known.genotypes:
        network = searched_network(known, heads['semantic'], renamed, genotype)
    else:
        network = build_network(known.architecture, heads)
        load_renamed(network, renamed)
    return network.eval()
