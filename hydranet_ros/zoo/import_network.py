# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The network of a torch checkpoint, of a training or of the authors."""

from pathlib import Path

from torch import nn

from hydranet_ros.errors import HydranetError
from hydranet_ros.zoo.import_checkpoint import read_content
from hydranet_ros.zoo.import_checkpoint import state_dict_of
from hydranet_ros.zoo.import_official import from_official
from hydranet_ros.zoo.import_trained import is_trained
from hydranet_ros.zoo.import_trained import trained_network
from hydranet_ros.zoo.official_keys import DEFAULT_FAMILY


def checkpoint_network(
    checkpoint: Path,
    family: str | None = None,
    genotype: str | None = None,
    *,
    if_official: bool = False,
) -> nn.Module:
    """Build the network of a checkpoint, in eval mode; HydranetError where it cannot be.

    family, genotype: of an official checkpoint. One of `hydranet train` says itself what it is:
    they are refused with it, or unread where they are given for the case that it is official.
    """
    content = read_content(checkpoint)
    if is_trained(content):
        if (family or genotype) and not if_official:
            raise HydranetError(
                f'{checkpoint} is of `hydranet train` and says itself what it is; leave out '
                '--family and --genotype.'
            )
        return trained_network(content, checkpoint)
    return from_official(family or DEFAULT_FAMILY, state_dict_of(content, checkpoint), genotype)
