# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Networks from the state dicts of the authors' repositories."""

from collections.abc import Mapping

from torch import nn
from torch import Tensor

from hydranet_ros.errors import HydranetError
from hydranet_ros.networks.architectures import build_network
from hydranet_ros.zoo.official_keys import FAMILIES


def from_official(
    family: str, state_dict: Mapping[str, Tensor], genotype: object | None = None
) -> nn.Module:
    """Build the network of `family` and load `state_dict`, given under the official keys.

    Families: those of `official_keys`. Tasks and class counts are read from the state dict;
    `genotype` is for families that were found by a search. Batch counters may be missing. The
    module is in eval mode. Raises HydranetError, naming the keys, where the dict is not of that
    family.
    """
    known = FAMILIES.get(family)
    if known is None:
        raise HydranetError(f"No official family '{family}'; known: {', '.join(FAMILIES)}.")
    if genotype is not None:
        raise HydranetError(f'The family {family} has no genotype; leave it out.')
    heads = {
        task: state_dict[f'{key}.weight'].shape[0]
        for task, key in known.heads
        if f'{key}.weight' in state_dict
    }
    if not heads:
        raise HydranetError(
            f'This is no checkpoint of the {known.title}: it has no head, '
            f'{" or ".join(f"{key}.weight" for _, key in known.heads)}.'
        )
    network = build_network(known.architecture, heads)
    load_renamed(network, {known.our_key(key): value for key, value in state_dict.items()})
    return network.eval()


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
